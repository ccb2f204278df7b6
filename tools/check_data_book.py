#!/usr/bin/env python3
"""Checks the data book of the Levant model: its tables agree with each other, and, where the collected
data lie beside the project (../shared/data), the committed files are what tools/levant_data.py makes.

    python3 tools/check_data_book.py
"""
import csv
import filecmp
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from levant_book.dates import CALIBRATION_END, OUTCOMES_END, parse, span
from levant_book.regions import ELEMENTS

ROOT = Path(__file__).resolve().parent.parent
MODEL = ROOT / "models" / "levant"
DATA = MODEL / "data"
COLLECTED = ROOT.parent / "shared" / "data"


def table(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def check_rows(path, sources, regions, series):
    """Problems of one table of observations."""
    for line, row in enumerate(table(path), 2):
        where = f"{path.name}:{line}"
        if row["source"] not in sources:
            yield f"{where}: source {row['source']!r} is not in sources.csv"
        if row["region"] not in regions:
            yield f"{where}: region {row['region']!r} is not in regions.csv"
        if row["series"] not in series:
            yield f"{where}: series {row['series']!r} is not in series.csv"
        elif (row["line"], row["error_class"], row["unit"]) != series[row["series"]]:
            yield f"{where}: line, error class or unit differ from series.csv"
        if span(row["date"])[1] > OUTCOMES_END:
            yield f"{where}: {row['date']} lies after {OUTCOMES_END}"
        if row["window"] != ("calibration" if parse(row["date"]) <= CALIBRATION_END else "holdout"):
            yield f"{where}: window {row['window']!r} does not follow from {row['date']}"
        if row["verified"] not in ("yes", "derived", "partly"):
            yield f"{where}: a figure that nobody read: verified is {row['verified']!r}"
        numbers = [float(row[c]) for c in ("low", "value", "high") if row[c] != ""]
        if not numbers or numbers != sorted(numbers):
            yield f"{where}: low, value and high are not in order: {row['low']}, {row['value']}, {row['high']}"


def check_tables():
    sources = {r["key"]: r for r in table(DATA / "sources.csv")}
    regions = table(DATA / "regions.csv")
    series = {r["series"]: (r["line"], r["error_class"], r["unit"]) for r in table(DATA / "series.csv")}
    classes = {r["error_class"] for r in table(DATA / "error_classes.csv")}
    codes = {r["element"] for r in regions}
    if [r["element"] for r in regions if r["kind"] == "region"] != ELEMENTS or len(ELEMENTS) != 35:
        yield "regions.csv does not hold the 35 regions in the order of the model"
    pcodes = [r["pcode"] for r in regions if r["kind"] == "region"]
    if len(set(pcodes)) != len(pcodes) or not all(pcodes):
        yield "regions.csv: a P-code is missing or double"
    for r in regions:
        if not (r["name_en"] and r["name_fr"] and r["name_ar"]):
            yield f"regions.csv: {r['element']} lacks a name"
    for key, r in sources.items():
        if not (r["citation"] and r["seen"]):
            yield f"sources.csv: {key} lacks its citation or what was seen of it"
    for name, (_, error, _) in series.items():
        if error not in classes:
            yield f"series.csv: {name} has the unknown error class {error!r}"
    for row in table(DATA / "breaks.csv") + table(DATA / "statements.csv"):
        if row["source"] not in sources:
            yield f"breaks.csv or statements.csv: source {row['source']!r} is not in sources.csv"
    yield from check_rows(DATA / "observations.csv", sources, codes, series)
    for path in sorted((DATA / "detail").glob("*.csv")):
        yield from check_rows(path, sources, codes, series)


def check_made():
    """The script in an empty copy must give the committed bytes."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "levant"
        shutil.copytree(MODEL, copy)
        for path in [*(copy / "data").rglob("*"), copy / "sectors" / "inputs.xmile"]:
            if path.is_file() and path.name not in ("statements.csv", "brent_monthly.csv", "README.md"):
                path.unlink()
        subprocess.run([sys.executable, str(ROOT / "tools" / "levant_data.py"), str(COLLECTED), str(copy)], check=True)
        here = {p.relative_to(MODEL) for p in [*DATA.rglob("*"), MODEL / "sectors" / "inputs.xmile"] if p.is_file()}
        made = {p.relative_to(copy) for p in [*(copy / "data").rglob("*"), copy / "sectors" / "inputs.xmile"] if p.is_file()}
        for path in sorted(here | made):
            if path not in made or path not in here or not filecmp.cmp(MODEL / path, copy / path, shallow=False):
                yield f"{path} is not what tools/levant_data.py makes"


def main():
    problems = list(check_tables())
    if COLLECTED.is_dir():
        problems += check_made()
    else:
        print(f"The collected data are not at {COLLECTED}: the committed files were not made again.")
    for problem in problems[:40]:
        print(problem)
    print(f"{len(problems)} problems in the data book")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
