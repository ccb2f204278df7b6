#!/usr/bin/env python3
"""Draws the stock-and-flow diagrams of the Levant model: writes the <views> of its files.

    python3 tools/levant_views.py [--check] [models/levant]

The layout follows from the file alone, always with the same bytes. Each auxiliary and each flow has a row,
in the order of the file; the constants and the inputs from other sectors that it is the first to use stand to
its left, the stocks that it fills or drains to its right. levant.xmile gets its modules on a circle.
Positions may be changed by hand in a diagram editor; running the script again discards that. With --check nothing
is written, and the exit code says whether the diagrams are those of the equations. Standard library only.
"""
import math
import re
import sys
import xml.etree.ElementTree as tree
from pathlib import Path
from xml.sax.saxutils import quoteattr

NAMESPACE = "{http://docs.oasis-open.org/xmile/ns/XMILE/v1.0}"
KINDS = ("aux", "flow", "stock")
ROW, TOP = 60, 60
LEFT = (150, 430, 710)      # constants and inputs
AUX, FLOW, STOCK = 1010, 1310, 1610
CLOUD = 110                 # length of a flow without a stock at one end
SIZE = {"aux": (18, 18), "flow": (18, 18), "stock": (90, 40)}
WORD = re.compile(r"[A-Za-z_]\w*")


def key(name):
    return re.sub(r"[\s_]+", "_", name.strip()).lower()


class Variable:
    def __init__(self, node):
        self.node = node
        self.kind = node.tag[len(NAMESPACE):]
        self.name = node.get("name")
        self.input = node.get("access") == "input"
        equations = " ; ".join(e.text or "" for e in node.iter(NAMESPACE + "eqn"))
        self.words = [] if self.input else [key(w) for w in WORD.findall(equations)]
        self.flows = [(tag, key(e.text)) for tag in ("inflow", "outflow") for e in node.findall(NAMESPACE + tag)]
        self.x = self.y = 0


def place(variables):
    """Gives every variable a position; returns the stocks that each flow leaves and enters."""
    names = {key(v.name): v for v in variables}
    for v in variables:
        v.uses = [names[w] for w in dict.fromkeys(v.words) if w in names and names[w] is not v]
    ends = {}
    for v in variables:
        for tag, flow in v.flows:
            ends.setdefault(flow, {})["to" if tag == "inflow" else "from"] = v
    leaf = [v for v in variables if v.kind == "aux" and (v.input or not v.uses)]
    placed, y = set(), TOP

    def beside(v, y):
        new = [u for u in v.uses if u in leaf and u not in placed]
        for i, u in enumerate(new):
            u.x, u.y = LEFT[i % len(LEFT)], y + ROW * (i // len(LEFT))
            placed.add(u)
        return max(0, (len(new) - 1) // len(LEFT))

    rows = {}
    for v in variables:
        if v.kind == "stock" or v in leaf:
            continue
        v.x, v.y = FLOW if v.kind == "flow" else AUX, y
        rows[key(v.name)] = y
        y += ROW * (1 + beside(v, y))
    taken = set()
    for v in (v for v in variables if v.kind == "stock"):
        near = [rows[f] for _, f in v.flows if f in rows]
        at = near[len(near) // 2] if near else y
        while at in taken:
            at += ROW
        taken.add(at)
        v.x, v.y = STOCK, at
        for i, u in enumerate(u for u in v.uses if u in leaf and u not in placed):
            u.x, u.y = STOCK + 280 * (1 + i), at
            placed.add(u)
    y = max([y] + [v.y + ROW for v in variables])
    for i, u in enumerate(u for u in leaf if u not in placed):
        u.x, u.y = LEFT[i % len(LEFT)], y + ROW * (i // len(LEFT))
    return ends


def drawing(variables):
    ends = place(variables)
    lines = []
    for v in variables:
        width, height = SIZE[v.kind]
        at = f'name={quoteattr(v.name)} x="{v.x}" y="{v.y}"'
        if v.kind == "stock":
            lines.append(f'<stock {at} width="{width}" height="{height}"/>')
        elif v.kind == "flow":
            end = ends.get(key(v.name), {})
            source, target = end.get("from"), end.get("to")
            first = (source.x, source.y) if source else (v.x - CLOUD, v.y)
            last = (target.x, target.y) if target else (v.x + CLOUD, v.y)
            lines.append(f'<flow {at}><pts><pt x="{first[0]}" y="{first[1]}"/><pt x="{v.x}" y="{v.y}"/>'
                         f'<pt x="{last[0]}" y="{last[1]}"/></pts></flow>')
        else:
            lines.append(f"<aux {at}/>")
    number = 0
    for v in variables:
        for u in v.uses:
            number += 1
            angle = round(math.degrees(math.atan2(u.y - v.y, v.x - u.x)) % 360, 1)
            lines.append(f'<connector uid="{number}" angle="{angle:g}"><from>{key_text(u.name)}</from>'
                         f"<to>{key_text(v.name)}</to></connector>")
    right = max(v.x for v in variables) + 150
    bottom = max(v.y for v in variables) + 2 * ROW
    return lines, right, bottom


def key_text(name):
    return re.sub(r"\s+", "_", name.strip())


def modules(model):
    """The modules of the root on a circle, with a line for each pair that is connected."""
    found = model.findall(f"{NAMESPACE}variables/{NAMESPACE}module")
    radius, middle = 330, 420
    lines = []
    for i, m in enumerate(found):
        turn = 2 * math.pi * i / len(found)
        x, y = round(middle + radius * math.sin(turn)), round(middle - radius * math.cos(turn))
        lines.append(f'<module name={quoteattr(m.get("name"))} x="{x}" y="{y}" width="90" height="40"/>')
    number = 0
    for m in found:
        sources = dict.fromkeys(c.get("from").split(".")[0] for c in m.findall(NAMESPACE + "connect"))
        for source in sources:
            number += 1
            lines.append(f'<connector uid="{number}" angle="0"><from>{source}</from><to>{m.get("name")}</to></connector>')
    return lines, 2 * middle, 2 * middle


def drawn(path):
    """The file's text with its diagram."""
    text = re.sub(r"\t\t<views>.*?</views>\n", "", path.read_text(encoding="utf-8"), flags=re.S)
    model = tree.fromstring(text).find(NAMESPACE + "model")
    variables = [Variable(n) for n in model.find(NAMESPACE + "variables") if n.tag[len(NAMESPACE):] in KINDS]
    lines, width, height = drawing(variables) if variables else modules(model)
    body = "".join(f"\t\t\t\t{line}\n" for line in lines)
    view = (f'\t\t<views>\n\t\t\t<view type="stock_flow" page_width="{width}" page_height="{height}">\n{body}'
            "\t\t\t</view>\n\t\t</views>\n")
    at = text.rindex("\t</model>")
    return text[:at] + view + text[at:]


def main():
    arguments = [a for a in sys.argv[1:] if a != "--check"]
    folder = Path(arguments[0]) if arguments else Path(__file__).resolve().parent.parent / "models" / "levant"
    stale = []
    for path in [folder / "levant.xmile", *sorted((folder / "sectors").glob("*.xmile"))]:
        if path.name == "inputs.xmile":     # written by levant_data.py; lists of numbers, nothing to draw
            continue
        text = drawn(path)
        if text != path.read_text(encoding="utf-8"):
            stale.append(path)
            if "--check" not in sys.argv:
                path.write_text(text, encoding="utf-8")
    if "--check" in sys.argv and stale:
        print("Diagrams that are not those of the equations; run tools/levant_views.py:", *stale, sep="\n  ")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
