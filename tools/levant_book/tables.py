"""Reading the tables: of the data folder, and the two that the project keeps itself."""
import csv
from functools import lru_cache
from pathlib import Path


@lru_cache(maxsize=None)
def _table(path):
    with open(path, encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def rows(folder, name):
    """Rows of a table of the data folder."""
    return _table(Path(folder) / name)


def statements(model):
    """Single statements that the data folder does not hold: models/levant/data/statements.csv."""
    return _table(Path(model) / "data" / "statements.csv")


def statement(model, series, region, date):
    """The value of one statement."""
    found = [s for s in statements(model) if (s["series"], s["region"], s["date"]) == (series, region, date)]
    if len(found) != 1:
        raise SystemExit(f"statements.csv holds {len(found)} rows of {series}, {region}, {date}")
    return float(found[0]["value"])
