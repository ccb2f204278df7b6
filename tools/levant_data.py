#!/usr/bin/env python3
"""Turn the collected public data into the files the Levant model reads.

    python3 tools/levant_data.py ../shared/data [models/levant]

Reads the data folder (one CSV per subject, see its README) and the tables that the project keeps
itself (data/statements.csv, data/brent_monthly.csv), and writes, always with the same bytes,

    sectors/inputs.xmile    exogenous series and constants of the 35 regions
    data/observations.csv   what the model is held against, with windows calibration | holdout
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

from levant_book import outlines
from levant_book.dates import number
from levant_book.inputs import write_inputs
from levant_book.observations import observations, reach_of_model
from levant_book.regions import AREAS, REGIONS
from levant_book.sources import SOURCES


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
        properties = {"element": r.element, "name": r.english, "pcode": r.pcode, "country": r.country}
        lines.append(json.dumps({"type": "Feature", "properties": properties, "geometry": geometry},
                                separators=(",", ":"), ensure_ascii=False))
    path.write_text('{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n", encoding="utf-8")


def main():
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    folder = Path(sys.argv[1])
    model = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(__file__).resolve().parent.parent / "models" / "levant"
    data = model / "data"
    population, area, found = write_inputs(folder, model)
    write_table(data / "observations.csv",
                ["date", "region", "series", "value", "low", "high", "unit", "source", "line", "error_class", "window"],
                observations(folder, found, reach_of_model(model)))
    write_table(data / "sources.csv", ["key", "citation", "url", "licence"], sorted(SOURCES))
    write_table(data / "regions.csv", ["element", "kind", "pcode", "name_en", "name_fr", "name_ar", "country", "area_km2", "population"],
                [[r.element, "region", r.pcode, r.english, r.french, r.arabic, r.country, number(area[r.element], 0), number(population[r.element], 0)]
                 for r in REGIONS] + [[code, "area", pcode, english, french, arabic, "", "", ""] for code, pcode, english, french, arabic in AREAS])
    write_outlines(folder, data / "regions.geojson")


if __name__ == "__main__":
    main()
