#!/usr/bin/env python3
"""Measures how the cost of an ensemble grows with runs, steps and equations, and draws it.

    bench/growth.py build/release/bench/shamal_bench docs/growth.svg

Synthetic mixes on one core; both axes logarithmic, the grey line is the slope of linear growth
through the middle point. Cycles are those of the thread in user mode.
"""

import json
import math
import subprocess
import sys
import tempfile
from pathlib import Path

SERIES = [
    ("runs", [64, 256, 1024, 4096], lambda n: ["--only", "mix-1000", "--runs", str(n)]),
    ("steps", [150, 600, 2400, 9600],
     lambda n: ["--only", "mix-1000", "--runs", "128", "--steps", str(n)]),
    ("equations", [300, 1000, 3000, 10000, 30000],
     lambda n: ["--only", f"mix-{n}", "--runs", "120", "--steps", "150"]),
]
WIDTH, HEIGHT, MARGIN = 230, 200, 50


def measure(program, flags):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "row.json"
        subprocess.run([program, *flags, "--no-rivals", "--repeat", "3", "--json", str(file)],
                       check=True, stdout=subprocess.DEVNULL)
        table = json.loads(file.read_text(encoding="utf-8"))
    row = table["rows"][0]
    return row, row["cycles"] * row["equations"] * (row["steps"] + 1) * row["runs"], table


def panel(left, name, points):
    xs = [math.log10(x) for x, _ in points]
    ys = [math.log10(y) for _, y in points]
    low_x, high_x = min(xs), max(xs)
    low_y = min(min(ys), ys[0])
    high_y = max(max(ys), low_y + high_x - low_x)

    def place(x, y):
        return (left + MARGIN + WIDTH * (x - low_x) / (high_x - low_x),
                20 + HEIGHT * (1 - (y - low_y) / (high_y - low_y)))

    middle = len(xs) // 2
    line = [place(x, ys[middle] + x - xs[middle]) for x in (low_x, high_x)]
    parts = [f'<line x1="{line[0][0]:.1f}" y1="{line[0][1]:.1f}" x2="{line[1][0]:.1f}" '
             f'y2="{line[1][1]:.1f}" stroke="#bbb"/>',
             f'<text x="{left + MARGIN + WIDTH / 2}" y="{HEIGHT + 55}" text-anchor="middle">{name}'
             '</text>']
    for (x, y), lx, ly in zip(points, xs, ys):
        px, py = place(lx, ly)
        parts.append(f'<circle cx="{px:.1f}" cy="{py:.1f}" r="4" fill="#1b6ca8"/>'
                     f'<text x="{px:.1f}" y="{HEIGHT + 38}" text-anchor="middle" font-size="10">'
                     f'{x:g}</text><text x="{px + 6:.1f}" y="{py + 12:.1f}" font-size="9">'
                     f'{y / 1e6:.3g} M</text>')
    return parts


def main():
    program, target = sys.argv[1:3]
    parts, left, table = [], 0, {}
    for name, values, flags in SERIES:
        points = []
        for value in values:
            row, cycles, table = measure(program, flags(value))
            points.append((row[name], cycles))
            print(f"{name} {row[name]}: {cycles / 1e6:.1f} million cycles, "
                  f"{row['cycles']:.3f} for each equation, step and run", flush=True)
        parts += panel(left, name, points)
        left += WIDTH + MARGIN + 30
    head = (f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + 20}" height="{HEIGHT + 70}" '
            'font-family="sans-serif" font-size="12"><rect width="100%" height="100%" '
            f'fill="white"/><text x="10" y="14">Million cycles of an ensemble; {table["machine"]}, '
            f'{table["commit"]}; grey: linear</text>')
    Path(target).write_text("\n".join([head, *parts, "</svg>"]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
