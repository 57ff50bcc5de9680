#!/usr/bin/env python3
"""Lists what Lookalike is made of, with the licence and the notices of each part, for the page "About" and the packages.

    scripts/licences.py            writes ui/src/about/third-party.json (names) and third-party.txt (the texts)
    scripts/licences.py --check    exits 1 where these files are not what would be written

Counted is what is in the programs that are given to users: the crates that they need to run, on every system, and what
of ui/package-lock.json ends up in the page.
"""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
LIST = ROOT / "ui/src/about/third-party.json"
TEXTS = ROOT / "ui/src/about/third-party.txt"

# Members of the workspace that users get; the others test and measure.
PROGRAMS = {"lookalike", "lookalike-desktop"}
# Optional, and built in where the system has what they need.
FEATURES = "lookalike-engine/heif,lookalike-desktop/custom-protocol"
# Compiled into the page although npm knows it as a tool.
COMPILED_IN = {"svelte"}
# Crates that name a file instead of a licence; this is what the file holds.
CLARIFIED = {"milvus-sdk-rust": "Apache-2.0"}

# What parts call the files that hold their licence and notices.
NOTICES = re.compile(r"(licen[cs]e|copying|copyright|notice|patents|unlicense)", re.IGNORECASE)
# Texts for parts that come without one, the preferred first where there is a choice.
STANDARD = {"Apache-2.0": ROOT / "LICENSE-APACHE"} | {
    name: ROOT / f"packaging/licence-texts/{name}.txt" for name in ("MIT", "BSD-3-Clause", "BSL-1.0", "MPL-2.0")
}
# Stands before each text and the parts that it is of.
RULE = "=" * 80


class Part(NamedTuple):
    name: str
    version: str
    licence: str
    folder: Path
    # A licence file that the part names itself.
    named: str | None = None

    def __str__(self):
        return f"{self.name} {self.version}"


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
        licence = package["license"] or CLARIFIED.get(package["name"])
        yield Part(package["name"], package["version"], licence, Path(package["manifest_path"]).parent, package["license_file"])


def npm_packages():
    lock = json.loads((ROOT / "ui/package-lock.json").read_text("utf-8"))
    for path, package in lock["packages"].items():
        name = path.rpartition("node_modules/")[2]
        if name and (name in COMPILED_IN or not package.get("dev")):
            yield Part(name, package["version"], package.get("license"), ROOT / "ui" / path)


def normalised(expression):
    """Choices in one order, so that equal ones are one group; a slash is how crates used to say OR."""
    expression = re.sub(r"\s*/\s*", " OR ", expression)
    if "(" in expression or " AND " in expression:
        return expression
    return " OR ".join(sorted(set(expression.split(" OR "))))


def parts():
    found = [*crates(), *npm_packages()]
    for part in found:
        if part.licence is None:
            sys.exit(f"{part} names no licence; look for it, and enter it in licences.py")
    return sorted(found, key=lambda part: (part.name.lower(), str(part)))


def listed(parts):
    groups = {}
    for part in parts:
        groups.setdefault(normalised(part.licence), []).append(str(part))
    largest_first = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))
    return json.dumps(dict(largest_first), indent=1, ensure_ascii=False) + "\n"


def texts_of(part):
    """What the part says itself, file by file; the standard text of its licence where it says nothing."""
    files = {file for file in part.folder.iterdir() if file.is_file() and NOTICES.match(file.name)}
    if part.named:
        files.add(part.folder / part.named)
    texts = [file.read_text("utf-8", "replace") for file in sorted(files)]
    if texts:
        return texts
    choices = re.split(r" OR |/", part.licence)
    text = next((file.read_text("utf-8") for name, file in STANDARD.items() if name in choices), None)
    if text is None:
        sys.exit(f"{part} comes without the text of its licence, {part.licence}; add it to packaging/licence-texts")
    return [f"It comes without a text; this is the standard one of {part.licence}, without a line of copyright.\n\n{text}"]


def gathered(parts):
    """Each text once, below the parts that it is of; texts that differ in nothing but the breaks of their lines are the same."""
    groups = {}
    for part in parts:
        for text in texts_of(part):
            text = "\n".join(line.rstrip() for line in text.replace("\f", "\n").splitlines()).strip("\n")
            if RULE in text.splitlines():
                sys.exit(f"{part} has a line in its licence that separates texts here; choose another RULE")
            _, names = groups.setdefault(" ".join(text.split()), (text, []))
            if str(part) not in names:
                names.append(str(part))
    return "".join("\n".join([RULE, *names, "", text, ""]) for text, names in groups.values())


def main():
    if sys.argv[1:] not in ([], ["--check"]):
        sys.exit(__doc__)
    found = parts()
    for file, now in {LIST: listed(found), TEXTS: gathered(found)}.items():
        if sys.argv[1:] != ["--check"]:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(now, "utf-8")
        elif not file.exists() or file.read_text("utf-8") != now:
            sys.exit(f"{file.relative_to(ROOT)} is out of date: run scripts/licences.py")


if __name__ == "__main__":
    main()
