#!/usr/bin/env python3
"""Turn the collected public data into the files the Levant model reads.

    python3 tools/levant_data.py ../shared/data [models/levant]

Reads the data folder (one CSV per subject, see its README) and the tables that the project keeps
itself (data/statements.csv, data/brent_monthly.csv), and writes, always with the same bytes,

    sectors/inputs.xmile    exogenous series and constants of the 35 regions
    data/observations.csv   what the model is held against, with windows calibration | holdout
    data/detail/*.csv       the same by region, where the study does not draw it whole
    data/series.csv         one row a series: line of effort, error class, role, definition
    data/error_classes.csv  how far figures of a class may be off, and on what that rests
    data/breaks.csv         where a series changes its meaning, is replaced or contradicts another
    data/regions.csv        P-codes, names and sizes of the regions
    data/regions.geojson    their outlines, simplified
    data/sources.csv        one row per source key used in the model and in the observations

Nothing is estimated here: the script selects, converts units and dates, and spreads block totals over
months by rules that are written next to the code and stated in models/levant/data/README.md.
Outcome series end on 31 December 2017. Python standard library only.
"""
import csv
import json
import sys
from pathlib import Path

from levant_book import breaks, detail, outlines
from levant_book.dates import number
from levant_book.inputs import write_inputs
from levant_book.observations import HEADER, observations
from levant_book.regions import AREAS, REGIONS
from levant_book.series import ERROR_CLASSES, describe
from levant_book.sources import bibliography


def write_table(path, header, table):
    with open(path, "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(header)
        out.writerows(table)


def write_outlines(folder, path):
    rings = outlines.simplified(folder)
    lines = []
    for r in REGIONS:
        geometry = ({"type": "Polygon", "coordinates": rings[r.element]} if len(rings[r.element]) == 1 else
                    {"type": "MultiPolygon", "coordinates": [[ring] for ring in rings[r.element]]})
        properties = {"element": r.element, "name": r.english, "name_fr": r.french, "name_ar": r.arabic, "pcode": r.pcode, "country": r.country}
        if r.country == "Libya":
            properties["inset"] = "Libya, at another scale"
        lines.append(json.dumps({"type": "Feature", "properties": properties, "geometry": geometry},
                                separators=(",", ":"), ensure_ascii=False))
    path.write_text('{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n", encoding="utf-8")


def series_table(tables):
    """One row a series: what it is, how far its figures may be off, how many there are."""
    found = {}
    for table in tables:
        for row in table:
            entry = found.setdefault(row[2], [row[6], 0, row[0], row[0]])
            entry[1] += 1
            entry[2], entry[3] = min(entry[2], row[0]), max(entry[3], row[0])
    result = []
    for name, (unit, count, first, last) in sorted(found.items()):
        line, error, role, definition = describe(name)
        kind, value, _ = ERROR_CLASSES[error]
        result.append([name, line, unit, error, kind, number(value), role, definition, count, first, last])
    return result


def main():
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    folder = Path(sys.argv[1])
    model = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(__file__).resolve().parent.parent / "models" / "levant"
    data = model / "data"
    population, area, found = write_inputs(folder, model)
    observed, citations = observations(folder, model, found)
    write_table(data / "observations.csv", HEADER, observed)
    details = detail.tables(folder)
    (data / "detail").mkdir(exist_ok=True)
    for name, table in details.items():
        write_table(data / "detail" / f"{name}.csv", HEADER, table)
    write_table(data / "series.csv", ["series", "line", "unit", "error_class", "error_kind", "error_value", "role", "definition", "rows", "first", "last"],
                series_table([observed, *details.values()]))
    write_table(data / "error_classes.csv", ["error_class", "kind", "value", "basis"], [[k, kind, number(v), basis] for k, (kind, v, basis) in sorted(ERROR_CLASSES.items())])
    write_table(data / "breaks.csv", breaks.HEADER, breaks.breaks(folder))
    write_table(data / "sources.csv", ["key", "citation", "url", "licence", "seen"], bibliography(citations))
    write_table(data / "regions.csv", ["element", "kind", "pcode", "name_en", "name_fr", "name_ar", "country", "area_km2", "population"],
                [[r.element, "region", r.pcode, r.english, r.french, r.arabic, r.country, number(area[r.element], 0), number(population[r.element], 0)]
                 for r in REGIONS] + [[code, "area", pcode, english, french, arabic, "", "", ""] for code, pcode, english, french, arabic in AREAS])
    write_outlines(folder, data / "regions.geojson")


if __name__ == "__main__":
    main()
