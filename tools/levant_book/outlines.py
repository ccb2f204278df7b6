"""Outlines of the regions: dissolved, simplified on shared arcs, and the borders between them."""
import json
from collections import Counter
from math import cos, hypot, radians
from pathlib import Path

from .regions import ELEMENTS, element_of

DEGREE_KM = 111.2
BORDER_GAP = 0.15        # degrees by which the two sources of the Iraqi and Syrian outlines may disagree


def _features(folder):
    with open(Path(folder) / "admin1_boundaries.geojson", encoding="utf-8") as file:
        for feature in json.load(file)["features"]:
            p = feature["properties"]
            yield element_of(p["country"], p["region"]), p["area_km2"], feature["geometry"]


def areas(folder):
    """Area inside the outlines, km2."""
    result = dict.fromkeys(ELEMENTS, 0.0)
    for element, area, _ in _features(folder):
        result[element] += area
    return result


def _rings(geometry):
    parts = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    for part in parts:
        for ring in part:
            points = [(round(x, 6), round(y, 6)) for x, y, *_ in ring]
            points = [q for q, before in zip(points, [None] + points) if q != before]
            yield points[:-1] if points[0] == points[-1] else points


def _dissolve(rings):
    """Outer rings of several polygons that share whole edges: inner edges cancel, the rest is chained."""
    edges = {}
    for ring in rings:
        for a, b in zip(ring, ring[1:] + ring[:1]):
            if (b, a) in edges:
                del edges[(b, a)]
            else:
                edges[(a, b)] = True
    follow = {}
    for a, b in edges:
        follow.setdefault(a, []).append(b)
    result = []
    while follow:
        start = min(follow)
        ring, here = [], start
        while True:
            ring.append(here)
            there = follow[here].pop()
            if not follow[here]:
                del follow[here]
            here = there
            if here == start:
                break
        result.append(ring)
    return sorted(result, key=lambda r: (-len(r), r))


def _oriented(ring):
    """Anticlockwise, so that neighbours walk a common edge in opposite directions."""
    area = sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:] + ring[:1]))
    return ring if area > 0 else ring[::-1]


def rings_of_regions(folder):
    """element -> rings of points. Holes do not occur in these outlines."""
    grouped = {}
    for element, _, geometry in _features(folder):
        grouped.setdefault(element, []).extend(_oriented(r) for r in _rings(geometry))
    return {e: _dissolve(grouped[e]) if e.endswith("Libya") or e == "Derna_Benghazi" else grouped[e] for e in ELEMENTS}


def _length(a, b):
    middle = radians((a[1] + b[1]) / 2)
    return DEGREE_KM * hypot((b[0] - a[0]) * cos(middle), b[1] - a[1])


def borders(folder):
    """Length of the common border of two regions (km), and of each region's border with nobody."""
    rings = rings_of_regions(folder)
    owner = {}
    for element, several in rings.items():
        for ring in several:
            for a, b in zip(ring, ring[1:] + ring[:1]):
                owner.setdefault(frozenset((a, b)), set()).add(element)
    common, outer = Counter(), {}
    for edge, elements in sorted(owner.items(), key=lambda item: sorted(item[0])):
        a, b = sorted(edge) if len(edge) == 2 else (min(edge), min(edge))
        if len(elements) == 2:
            common[tuple(sorted(elements))] += _length(a, b)
        else:
            outer.setdefault(next(iter(elements)), []).append((a, b))
    # The Iraqi and the Syrian outlines come from two sources: an outer edge borders the region of the
    # other country whose outer edges are nearest, within the gap.
    middles = {e: [((a[0] + b[0]) / 2, (a[1] + b[1]) / 2) for a, b in edges] for e, edges in outer.items()}
    iraq, syria = ("Al_Anbar", "Ninawa", "Dahuk"), ("Homs", "Deir_ez_Zor", "Al_Hasakah")
    for e in iraq:
        for (a, b) in outer[e]:
            m = ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
            near = min((min(hypot(m[0] - q[0], m[1] - q[1]) for q in middles[s]), s) for s in syria)
            reach = max(BORDER_GAP, hypot(a[0] - b[0], a[1] - b[1]) / 2)
            if near[0] < reach:
                common[tuple(sorted((e, near[1])))] += _length(a, b)
    free = {e: sum(_length(a, b) for a, b in edges) for e, edges in outer.items()}
    return common, free


def turkish_border(folder):
    """Length of the border with Turkey (km): what the three governorates share with nobody else here."""
    common, free = borders(folder)
    hasakah = free["Al_Hasakah"] - sum(v for (a, b), v in common.items()
                                       if "Al_Hasakah" in (a, b) and {a, b} & {"Ninawa", "Dahuk", "Al_Anbar"})
    result = dict.fromkeys(ELEMENTS, 0.0)
    result.update({"Al_Hasakah": max(0.0, hasakah), "Ar_Raqqah": free["Ar_Raqqah"], "Aleppo": free["Aleppo"],
                   "Idlib": free["Idlib"]})
    return result


def _simplify(points, tolerance):
    """Douglas-Peucker with an explicit stack; the ends stay."""
    keep = [False] * len(points)
    keep[0] = keep[-1] = True
    stack = [(0, len(points) - 1)]
    while stack:
        first, last = stack.pop()
        (ax, ay), (bx, by) = points[first], points[last]
        dx, dy = bx - ax, by - ay
        length = dx * dx + dy * dy
        worst, index = -1.0, -1
        for i in range(first + 1, last):
            px, py = points[i]
            t = 0.0 if length == 0 else max(0.0, min(1.0, ((px - ax) * dx + (py - ay) * dy) / length))
            d = (px - ax - t * dx) ** 2 + (py - ay - t * dy) ** 2
            if d > worst:
                worst, index = d, i
        if worst > tolerance * tolerance:
            keep[index] = True
            stack += [(first, index), (index, last)]
    return [p for p, k in zip(points, keep) if k]


def simplified(folder, tolerance=0.012):
    """element -> list of closed rings, simplified so that neighbours keep a common border."""
    rings = rings_of_regions(folder)
    neighbours = {}
    for several in rings.values():
        for ring in several:
            for i, q in enumerate(ring):
                neighbours.setdefault(q, set()).add(frozenset((ring[i - 1], ring[(i + 1) % len(ring)])))
    result = {}
    for element, several in rings.items():
        for ring in several:
            nodes = [i for i, q in enumerate(ring) if len(neighbours[q]) > 1]
            if len(nodes) < 2:              # a ring of its own: cut it at its smallest point and the one farthest from it
                start = nodes[0] if nodes else ring.index(min(ring))
                far = max(range(len(ring)), key=lambda i: ((ring[i][0] - ring[start][0]) ** 2 + (ring[i][1] - ring[start][1]) ** 2, ring[i]))
                nodes = sorted({start, far})
            new = []
            for a, b in zip(nodes, nodes[1:] + [nodes[0] + len(ring)]):
                arc = [ring[i % len(ring)] for i in range(a, b + 1)]
                forward = (arc[0], arc[1]) <= (arc[-1], arc[-2])
                arc = _simplify(arc if forward else arc[::-1], tolerance)
                new += (arc if forward else arc[::-1])[:-1]
            points = [[round(x, 3), round(y, 3)] for x, y in new]
            result.setdefault(element, []).append(points + [points[0]])
    return result
