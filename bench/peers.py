#!/usr/bin/env python3
"""Adds timings of other tools, where they are installed, to a table of shamal_bench.

    bench/peers.py MODEL.xmile|MODEL.mdl [--json bench.json] [--name ROW]

PySD is timed from Python, SDEverywhere (`sde`) and Simlin (`simlin`) as commands, each with the
model's own settings: the least of three runs after one that does not count. What is not installed
is named and left out.
"""

import argparse
import json
import shutil
import subprocess
import tempfile
import time
from pathlib import Path


def least(run, times=3):
    run()
    best = None
    for _ in range(times):
        start = time.perf_counter()
        run()
        took = time.perf_counter() - start
        best = took if best is None else min(best, took)
    return 1e3 * best


def pysd(model):
    try:
        import pysd as package
    except ImportError:
        return None
    read = package.read_vensim if model.suffix == ".mdl" else package.read_xmile
    loaded = read(str(model))
    return least(lambda: loaded.run())


def sde(model):
    if shutil.which("sde") is None or model.suffix != ".mdl":
        return None
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / model.name
        shutil.copy(model, copy)
        subprocess.run(["sde", "compile", str(copy)], check=True, capture_output=True, cwd=folder)
        return least(lambda: subprocess.run(["sde", "exec", str(copy)], check=True,
                                            capture_output=True, cwd=folder))


def simlin(model):
    if shutil.which("simlin") is None:
        return None
    return least(lambda: subprocess.run(["simlin", "simulate", str(model)], check=True,
                                        capture_output=True))


PEERS = {"PySD": pysd, "SDEverywhere": sde, "Simlin": simlin}


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--json", type=Path, help="a file that shamal_bench --json wrote")
    parser.add_argument("--name", help="the row to add to")
    options = parser.parse_args()
    found = {}
    for name, measure in PEERS.items():
        took = measure(options.model)
        print(f"{name:15} {'not installed' if took is None else f'{took:.3f} ms a run'}")
        if took is not None:
            found[name] = round(took, 4)
    if options.json and options.name:
        table = json.loads(options.json.read_text())
        for row in table["rows"]:
            if row["name"] == options.name:
                row.setdefault("peers_ms", {}).update(found)
        options.json.write_text(json.dumps(table, indent=1) + "\n")


if __name__ == "__main__":
    main()
