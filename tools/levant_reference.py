#!/usr/bin/env python3
"""Writes the reference guide of the Levant model: every variable with its equation, unit, origin and prior.

    python3 tools/levant_reference.py [--check] [models/levant]

One page a sector in guide/reference/, from the sectors, study.toml and data/sources.csv, always with the same bytes.
With --check nothing is written, and the exit code says whether the pages are those of the model. Standard library only.
"""
import csv
import re
import sys
import tomllib
import xml.etree.ElementTree as tree
from pathlib import Path

NAMESPACE = "{http://docs.oasis-open.org/xmile/ns/XMILE/v1.0}"
KINDS = {"stock": "stock", "flow": "flow", "aux": "auxiliary"}
NUMBER = re.compile(r"[-+]?[\d.]+([eE][-+]?\d+)?")
ORIGIN = re.compile(r"^(Source|Assumption):\s*", re.M)


def text(node, tag):
    found = node.find(NAMESPACE + tag)
    return (found.text or "").strip() if found is not None and found.text else ""


def code(equation):
    return "`" + re.sub(r"\s+", " ", equation).replace("|", "\\|") + "`"


def numbers(values):
    return ", ".join(f"{v:g}" for v in values)


def prior_text(prior):
    given = {k: v for k, v in prior.items() if k not in ("parameter", "family", "text", "multiply")}
    shape = prior["family"] + " (" + ", ".join(f"{k} {numbers(v) if isinstance(v, list) else f'{v:g}'}" for k, v in given.items()) + ")"
    return ("times " if prior.get("multiply") else "") + shape


def equation_lines(node):
    """The equation as the file has it; long lists of elements are summed up."""
    lines = []
    whole, table = text(node, "eqn"), node.find(NAMESPACE + "gf")
    flows = [f"{sign} {code(e.text.strip())}" for tag, sign in (("inflow", "+"), ("outflow", "−")) for e in node.findall(NAMESPACE + tag)]
    elements = node.findall(NAMESPACE + "element")
    if node.tag == NAMESPACE + "stock":
        lines.append("at the start " + (code(whole) if whole else "as listed") + (", then " + " ".join(flows) if flows else ""))
    elif whole and not elements and table is None:
        lines.append(code(whole))
    if table is not None:
        points = len(text(table, "ypts").split(","))
        lines.append(f"table of {code(whole)}, {points} points")
    if elements:
        tables = sum(e.find(NAMESPACE + "gf") is not None for e in elements)
        if tables:
            lines.append(f"{tables} tables of time, one an element")
        elif len(elements) > 5:
            values = [text(e, "eqn") for e in elements]
            lines.append(f"{len(elements)} values, {min(values, key=float)} to {max(values, key=float)}" if all(NUMBER.fullmatch(v) for v in values)
                         else f"{len(elements)} equations, one an element")
        else:
            lines += [f"{e.get('subscript')}: {code(text(e, 'eqn'))}" for e in elements]
    return lines


def entry(module, node, priors, sources):
    name = node.get("name")
    dimensions = [d.get("name") for d in node.iter(NAMESPACE + "dim")]
    lines = equation_lines(node)
    kind = KINDS[node.tag[len(NAMESPACE):]]
    values = [text(n, "eqn") for n in [node, *node.findall(NAMESPACE + "element")] if n.find(NAMESPACE + "eqn") is not None]
    if kind == "auxiliary" and node.find(f".//{NAMESPACE}gf") is None and all(NUMBER.fullmatch(v) for v in values):
        kind = "constant"
    head = f"**{name}**" + (f" [{', '.join(dimensions)}]" if dimensions else "") + f" — {kind}, {text(node, 'units') or 'no unit'}"
    limits = node.find(NAMESPACE + "range")
    if limits is not None:
        head += f", {limits.get('min')} to {limits.get('max')}"
    words = text(node, "doc")
    match = ORIGIN.search(words)
    said, origin = (words[:match.start()].strip(), words[match.start():].strip()) if match else (words, "no origin")
    for key in sorted(set(re.findall(r"\b[a-z][a-z0-9_]+\b", origin)) & sources.keys(), key=len, reverse=True):
        origin = re.sub(rf"(?<![\w/\[(#.]){key}(?![\w\]])", f"[{key}](../../data/sources.csv#L{sources[key]})", origin)
    out = [head] + ["  " + line for line in lines] + ["  " + re.sub(r"\s+", " ", said)]
    if (prior := priors.get((module + "." + name).lower())) is not None:
        out.append("  Prior: " + prior_text(prior) + (". " + prior["text"].strip() if prior.get("text") else ""))
    out.append("  *" + re.sub(r"\s+", " ", origin) + "*")
    return "- " + "  \n".join(out) + "\n"


def pages(folder):
    study = tomllib.loads((folder / "study.toml").read_text(encoding="utf-8"))
    priors = {p["parameter"].replace("_", " ").lower(): p for p in study.get("prior", [])}
    with open(folder / "data/sources.csv", encoding="utf-8", newline="") as file:
        sources = {row["key"]: number for number, row in enumerate(csv.DictReader(file), 2)}
    root = tree.parse(folder / "levant.xmile").getroot()
    modules = [(m.get("name"), m.get("resource")) for m in root.iter(NAMESPACE + "module") if m.get("resource")]
    index = ["# Reference guide\n",
             "Every variable of the model, a page a sector, as the equations have it. Written by `tools/levant_reference.py`; a test holds it to the model.\n"]
    result = {}
    for module, resource in modules:
        sector = tree.parse(folder / resource).getroot()
        name = sector.find(f"{NAMESPACE}header/{NAMESPACE}name").text.strip()
        nodes = [n for n in sector.find(f"{NAMESPACE}model/{NAMESPACE}variables")
                 if isinstance(n.tag, str) and n.tag[len(NAMESPACE):] in KINDS and n.get("access") != "input"]
        index.append(f"- [{module}]({module}.md): {name}, {len(nodes)} variables")
        result[module + ".md"] = (f"# {module}: {name}\n\nWritten by `tools/levant_reference.py` from `{resource}`. [All sectors](README.md)\n\n" +
                                  "\n".join(entry(module, n, priors, sources) for n in nodes))
    result["README.md"] = "\n".join(index) + "\n"
    return result


def main():
    words = [w for w in sys.argv[1:] if w != "--check"]
    folder = Path(words[0]) if words else Path(__file__).resolve().parent.parent / "models/levant"
    target = folder / "guide/reference"
    made = pages(folder)
    if "--check" in sys.argv:
        there = {p.name: p.read_text(encoding="utf-8") for p in target.glob("*.md")}
        old = sorted(name for name in made.keys() | there.keys() if made.get(name) != there.get(name))
        if old:
            print("not those of the model: " + ", ".join(old) + "; run python3 tools/levant_reference.py", file=sys.stderr)
        return 1 if old else 0
    target.mkdir(exist_ok=True)
    for name, page in made.items():
        (target / name).write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
