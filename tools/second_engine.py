#!/usr/bin/env python3
"""Runs a model with PySD, translated to Vensim's language, and compares it with Shamal's own run of the original.

    tools/second_engine.py models/levant/levant.xmile --shamal build/release/shamal [--rtol 1e-6] [--atol 1e-9]

`shamal convert` writes the flattened .mdl and says which names changed; PySD reads and runs that file; every variable
and element that both have is compared at every saved time: |a - b| within rtol times the largest magnitude of its
series. Columns that stay below atol in both are set aside: accounts that close leave residues of rounding, which no
two engines share. Prints the largest difference, how many variables and columns were compared, and the worst of them.

Exit code: 0 they agree, 1 they do not, 2 Shamal failed, 3 PySD cannot be imported. PySD is no Debian package and is
no dependency of the project; this is a check by hand, with PySD (and what it needs) on PYTHONPATH.
"""
import argparse
import csv
import json
import math
import pathlib
import subprocess
import sys
import tempfile
import warnings


def folded(name):
    return "_".join(name.replace("_", " ").replace('"', "").split()).casefold()


def parts(column):
    """'Name[a,b]' as its name and elements."""
    if column.endswith("]") and "[" in column:
        name, inside = column[:-1].rsplit("[", 1)
        return name, inside.split(",")
    return column, []


def key(name, elements):
    return folded(name) + ("[" + ",".join(folded(element) for element in elements) + "]" if elements else "")


def read_results(path):
    with open(path, encoding="utf-8", newline="") as file:
        table = list(csv.reader(line for line in file if not line.startswith("#")))
    head, body = table[0], table[1:]
    return {name: [float(row[i]) if row[i] else math.nan for row in body] for i, name in enumerate(head)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", help="model file, of either language")
    parser.add_argument("--shamal", default="build/release/shamal", help="the program")
    parser.add_argument("--rtol", type=float, default=1e-6)
    parser.add_argument("--atol", type=float, default=1e-9, help="what counts as a residue of rounding")
    parser.add_argument("--until", type=float, default=math.inf, help="last time that is compared; PySD is slow")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    try:
        import pysd
    except ImportError as error:
        print(f"PySD cannot be imported: {error}")
        return 3
    with tempfile.TemporaryDirectory() as folder:
        translated = pathlib.Path(folder) / "translated.mdl"
        results = pathlib.Path(folder) / "results.csv"
        convert = subprocess.run([options.shamal, "convert", options.model, "-o", translated, "--json"],
                                 capture_output=True, text=True, check=False)
        run = subprocess.run([options.shamal, "run", options.model, "-o", results], capture_output=True, text=True,
                             check=False)
        if convert.returncode or run.returncode:
            print(convert.stdout, run.stderr)
            return 2
        said = json.loads(convert.stdout)
        for loss in said["losses"]:
            print("loss:", loss)
        names = {folded(old): new for old, new in said["variables"].items()}
        elements = {folded(old.split(".", 1)[1]): new.split(".", 1)[1] for old, new in said["elements"].items()}
        ours = read_results(results)
        times = [time for time in next(iter(ours.values())) if time <= options.until]
        ours = {column: values[:len(times)] for column, values in ours.items()}
        model = pysd.read_vensim(str(translated))
        theirs = model.run(return_timestamps=times, final_time=times[-1],
                            return_columns=[name for name in model.doc["Real Name"] if folded(name) != "time"],
                            flatten_output=True)
    found = {key(*parts(column)): theirs[column].tolist() for column in theirs.columns}
    compared, residues, variables, missing, worst = 0, 0, set(), [], []
    for column, values in list(ours.items())[1:]:
        name, where = parts(column)
        name = names.get(folded(name), name)
        other = found.get(key(name, [elements.get(folded(element), element) for element in where]))
        if other is None:
            missing.append(column)
            continue
        compared += 1
        variables.add(folded(name))
        largest = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
        difference = max(abs(a - b) for a, b in zip(values, other))
        if largest <= options.atol and max(abs(b) for b in other) <= options.atol:
            residues += 1
            continue
        worst.append((difference / largest if largest else difference, column))
    worst.sort(reverse=True)
    for share, column in worst[:5]:
        print(f"{share:.3g} of the largest value: {column}")
    for column in missing[:5]:
        print(f"not in PySD's results: {column}")
    off = sum(not share <= options.rtol for share, _ in worst)
    print(f"{len(variables)} variables, {compared} columns, {len(times)} times compared; {len(missing)} columns missing; "
          f"largest difference {worst[0][0]:.3g}; {off} beyond {options.rtol:g}; {residues} columns below {options.atol:g} set aside")
    return 1 if off or missing or not compared else 0


if __name__ == "__main__":
    sys.exit(main())
