#!/usr/bin/env python3
"""Draws a table of shamal_bench as SVG: cycles for each equation, step and run, ours beside the
rival's.

    bench/plot.py bench.json docs/performance.svg
"""

import json
import sys
from html import escape

ROW, LEFT, WIDTH, TOP = 34, 150, 560, 40


def main():
    source, target = sys.argv[1:3]
    with open(source, encoding="utf-8") as file:
        table = json.load(file)
    rows = [row for row in table["rows"] if row["rivals"]]
    most = max(max(row["cycles"], min(row["rivals"].values())) for row in rows)
    height = TOP + ROW * len(rows) + 30
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + 90}" height="{height}" '
        'font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="white"/>',
        f'<text x="10" y="18">Cycles for each equation, step and run; {escape(table["machine"])}, '
        f'{escape(table["commit"])}</text>',
        f'<rect x="10" y="25" width="10" height="8" fill="#1b6ca8"/><text x="24" y="33">Shamal, one '
        'core</text><rect x="140" y="25" width="10" height="8" fill="#c9a227"/>'
        '<text x="154" y="33">scalar C, best compiler</text>',
    ]
    for i, row in enumerate(rows):
        y = TOP + ROW * i
        parts.append(f'<text x="{LEFT - 8}" y="{y + 18}" text-anchor="end">{escape(row["name"])}</text>')
        for k, (value, colour) in enumerate([(row["cycles"], "#1b6ca8"),
                                             (min(row["rivals"].values()), "#c9a227")]):
            length = WIDTH * value / most
            parts.append(f'<rect x="{LEFT}" y="{y + 4 + 12 * k}" width="{length:.1f}" height="10" '
                         f'fill="{colour}"/><text x="{LEFT + length + 4:.1f}" y="{y + 13 + 12 * k}" '
                         f'font-size="10">{value:.2f}</text>')
    with open(target, "w", encoding="utf-8") as file:
        file.write("\n".join(parts) + "\n</svg>\n")


if __name__ == "__main__":
    main()
