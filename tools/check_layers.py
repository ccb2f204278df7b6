#!/usr/bin/env python3
"""Checks facts about the tree that a compiler does not.

1. No layer includes a layer to its right. The order is the one line of docs/architecture.md that
   reads `a → b → ... → {x, y}`; layers in braces stand side by side and do not see each other.
2. A third-party header stays in the layer that owns it (OWNERS below).
3. No file of the repository names an absolute path of the machine it was written on.

Prints one line for each offence and exits 1, or says nothing and exits 0.
`--self-test` builds a small bad tree in a temporary folder and expects each offence to be reported.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

# Header prefix -> layers that may include it. Headers not named here are free.
OWNERS = {
    "pugixml": {"syntax"},
    "toml++/": {"analysis"},
    "boost/": {"analysis"},
    "nlopt": {"analysis"},
    "nlohmann/": {"api", "cli"},
    "netcdf": {"data"},
    "orcus/": {"data"},
    "freexl": {"data"},
    "CLI/": {"cli"},
    "utf8proc": {"base"},
    "openssl/": {"base"},
    "httplib": {"server"},
    "pybind11/": {"python"},
}

LAYER_LINE = re.compile(r"`(\w+(?: → \w+)+ → \{\w+(?:, \w+)*\})`")
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')
MACHINE_PATH = re.compile(r"(?<![\w.\-/])/(?:work|tmp|home|root|Users)/")
IGNORED_FOLDERS = {".git", "build", "out", "node_modules", "dist", "__pycache__", ".venv"}


def read_layers(root):
    """The layers as a list of sets, from left to right."""
    text = (root / "docs/architecture.md").read_text(encoding="utf-8")
    found = {match for line in text.splitlines() for match in LAYER_LINE.findall(line)}
    if len(found) != 1:
        sys.exit(f"docs/architecture.md: expected one layer line `a → b → {{c, d}}`, found {len(found)}")
    steps = found.pop().split(" → ")
    return [set(step.strip("{}").split(", ")) for step in steps]


def check_includes(root, layers):
    rank = {name: i for i, names in enumerate(layers) for name in names}
    for path in sorted((root / "src").rglob("*")):
        if path.suffix not in {".h", ".cpp", ".def"}:
            continue
        layer = path.relative_to(root / "src").parts[0]
        if layer not in rank:
            yield f"{path.relative_to(root)}: not in a layer that docs/architecture.md names"
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            quote, header = match.groups()
            place = f"{path.relative_to(root)}:{number}"
            for prefix, owners in OWNERS.items():
                if header.startswith(prefix) and layer not in owners:
                    yield f"{place}: <{header}> belongs to {', '.join(sorted(owners))} alone"
            if quote != '"':
                continue
            target = header.split("/")[0]
            if "/" not in header or target not in rank:
                yield f'{place}: "{header}" does not start with a layer; write it from src/'
            elif target != layer and rank[target] >= rank[layer]:
                yield f'{place}: {layer} must not include "{header}"; {target} is not to its left'


def list_files(root):
    """Files under version control, or all of them where there is no repository."""
    git = ["git", "-C", str(root), "ls-files", "-z"]
    try:
        names = subprocess.run(git, capture_output=True, check=True).stdout.decode().split("\0")
        files = [root / name for name in names if name]
    except (OSError, subprocess.CalledProcessError):
        files = [p for p in root.rglob("*") if not IGNORED_FOLDERS & set(p.relative_to(root).parts)]
    return [p for p in files if p.is_file() and not p.is_symlink()]


def check_paths(root):
    for path in list_files(root):
        data = path.read_bytes()
        if b"\0" in data[:8192]:
            continue
        for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
            match = MACHINE_PATH.search(line)
            if match:
                yield f"{path.relative_to(root)}:{number}: names a path of one machine ({match.group()})"


def check(root):
    return [*check_includes(root, read_layers(root)), *check_paths(root)]


def self_test():
    folder = "/" + "work" + "/"  # in pieces, or this file would be an offence itself
    good = {
        "docs/architecture.md": "Layers: `base → data → {cli, server}`.\n",
        "src/base/a.h": "#include <vector>\n",
        "src/data/b.cpp": '#include "base/a.h"\n#include "data/b.h"\n#include <netcdf.h>\n',
        "src/cli/main.cpp": '#include <CLI/CLI.hpp>\n\n#include "data/b.h"\n',
        "tests/x.sh": f"cd ../shared{folder} && echo https://example.org{folder}\n",
    }
    bad = {
        "src/base/up.h": ('#include "data/b.h"\n', "must not include"),
        "src/server/s.cpp": ('#include "cli/c.h"\n', "must not include"),
        "src/base/near.h": ('#include "a.h"\n', "does not start with a layer"),
        "src/cli/leak.cpp": ("  #  include <netcdf.h>\n", "belongs to data alone"),
        "src/data/leak.h": ("#include <toml++/toml.h>\n", "belongs to analysis alone"),
        "src/stray/s.cpp": ("\n", "not in a layer"),
        "notes.txt": (f"see {folder}main\n", "path of one machine"),
    }
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)

        def write(name, text):
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

        for name, text in good.items():
            write(name, text)
        assert check(root) == [], check(root)
        for name, (text, expected) in bad.items():
            write(name, text)
            found = check(root)
            assert len(found) == 1 and name in found[0] and expected in found[0], (name, found)
            (root / name).unlink()


def main():
    if sys.argv[1:] == ["--self-test"]:
        self_test()
        return
    offences = check(Path(__file__).resolve().parent.parent)
    print("\n".join(offences), end="\n" if offences else "")
    sys.exit(1 if offences else 0)


if __name__ == "__main__":
    main()
