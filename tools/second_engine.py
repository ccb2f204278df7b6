#!/usr/bin/env python3
"""Runs a converted model with PySD and compares it with Shamal's results.

    python3 tools/second_engine.py model.mdl results.csv [--rtol 1e-6]

model.mdl    the flattened model, as `shamal convert` writes it
results.csv  the same model by `shamal run … -o results.csv`

Compares every column that both have, at every saved time: |a - b| within rtol times the largest value of the
column. Prints the worst columns; exit code 1 if any is off, 3 if PySD cannot be imported. PySD is GPL-free (MIT)
but not a Debian package, so nothing of the project depends on it.
"""
import argparse
import csv
import math
import re
import sys


def folded(name):
    return re.sub(r"[\s_\"]+", "", name).casefold()


def read_csv(path):
    with open(path, encoding="utf-8", newline="") as file:
        lines = [line for line in file if not line.startswith("#")]
    table = list(csv.reader(lines))
    head, body = table[0], table[1:]
    columns = {folded(name): [float(row[i]) if row[i] else math.nan for row in body] for i, name in enumerate(head)}
    return columns, columns[folded(head[0])]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("results")
    parser.add_argument("--rtol", type=float, default=1e-6)
    options = parser.parse_args()
    try:
        import pysd
    except ImportError as error:
        print(f"PySD cannot be imported: {error}")
        return 3
    ours, times = read_csv(options.results)
    model = pysd.read_vensim(options.model)
    theirs = model.run(return_timestamps=times, flatten_output=True)
    off, compared = [], 0
    for column in theirs.columns:
        values = ours.get(folded(column))
        if values is None:
            continue
        compared += 1
        scale = max((abs(v) for v in values if math.isfinite(v)), default=0.0)
        worst = max(abs(a - b) for a, b in zip(values, theirs[column]))
        if not worst <= options.rtol * max(scale, 1e-300):
            off.append((worst / max(scale, 1e-300), column))
    for share, column in sorted(off, reverse=True)[:20]:
        print(f"{share:.3g} of the largest value: {column}")
    print(f"{compared} columns compared, {len(off)} off by more than {options.rtol:g}")
    return 1 if off or not compared else 0


if __name__ == "__main__":
    sys.exit(main())
