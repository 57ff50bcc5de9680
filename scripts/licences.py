#!/usr/bin/env python3
"""Lists what Lookalike is made of, with the licence of each part, for the page "About".

    scripts/licences.py            writes ui/src/about/third-party.json
    scripts/licences.py --check    exits 1 where that file is not what would be written

Counted is what is in the programs that are given to users: the crates that they need to run, on every system, and what
of ui/package-lock.json ends up in the page.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIST = ROOT / "ui/src/about/third-party.json"

# Members of the workspace that users get; the others test and measure.
PROGRAMS = {"lookalike", "lookalike-desktop"}
# Optional, and built in where the system has what they need.
FEATURES = "lookalike-engine/heif,lookalike-desktop/custom-protocol"
# Compiled into the page although npm knows it as a tool.
COMPILED_IN = {"svelte"}
# Crates that name a file instead of a licence; this is what the file holds.
CLARIFIED = {"milvus-sdk-rust": "Apache-2.0"}


def crates():
    command = ["cargo", "metadata", "--locked", "--format-version", "1", "--features", FEATURES]
    metadata = json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)
    packages = {package["id"]: package for package in metadata["packages"]}
    needs = {node["id"]: node["deps"] for node in metadata["resolve"]["nodes"]}
    members = set(metadata["workspace_members"])

    missing = PROGRAMS - {packages[member]["name"] for member in members}
    if missing:
        sys.exit(f"licences.py names programs that the workspace does not have: {', '.join(sorted(missing))}")
    ahead = [member for member in members if packages[member]["name"] in PROGRAMS]
    reached = set(ahead)
    while ahead:
        for need in needs[ahead.pop()]:
            # A kind of null: needed to run, and not only to build or to test.
            if need["pkg"] not in reached and any(kind["kind"] is None for kind in need["dep_kinds"]):
                reached.add(need["pkg"])
                ahead.append(need["pkg"])
    for package in (packages[identity] for identity in reached - members):
        yield package["name"], package["version"], package["license"] or CLARIFIED.get(package["name"])


def npm_packages():
    lock = json.loads((ROOT / "ui/package-lock.json").read_text("utf-8"))
    for path, package in lock["packages"].items():
        name = path.rpartition("node_modules/")[2]
        if name and (name in COMPILED_IN or not package.get("dev")):
            yield name, package["version"], package.get("license")


def normalised(expression):
    """Choices in one order, so that equal ones are one group; a slash is how crates used to say OR."""
    expression = re.sub(r"\s*/\s*", " OR ", expression)
    if "(" in expression or " AND " in expression:
        return expression
    return " OR ".join(sorted(set(expression.split(" OR "))))


def listed():
    groups = {}
    for name, version, licence in [*crates(), *npm_packages()]:
        if licence is None:
            sys.exit(f"{name} {version} names no licence; look for it, and enter it in licences.py")
        groups.setdefault(normalised(licence), set()).add((name.lower(), f"{name} {version}"))
    largest_first = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))
    return json.dumps({licence: [text for _, text in sorted(parts)] for licence, parts in largest_first}, indent=1, ensure_ascii=False) + "\n"


def main():
    if sys.argv[1:] not in ([], ["--check"]):
        sys.exit(__doc__)
    now = listed()
    if sys.argv[1:] != ["--check"]:
        LIST.parent.mkdir(parents=True, exist_ok=True)
        LIST.write_text(now, "utf-8")
    elif not LIST.exists() or LIST.read_text("utf-8") != now:
        sys.exit(f"{LIST.relative_to(ROOT)} is out of date: run scripts/licences.py")


if __name__ == "__main__":
    main()
