"""Checks licenses, banned crates and sources of all dependencies against deny.toml, offline.

    python3 .ci/audit.py

It reads the parts of deny.toml that need nothing but `cargo metadata`. Security advisories and yanked versions need
databases of their own: `cargo deny check advisories` does that where there is a network.
"""

import json
import re
import subprocess
import sys
import tomllib
from collections import defaultdict
from pathlib import Path

TOKEN = re.compile(r"\s*(\(|\)|/|[^\s()/]+)")


def allowed(expression: str, licenses: set[str]) -> bool:
    """Whether an SPDX expression can be met with these licenses. `/` is the old way to write OR."""
    tokens = TOKEN.findall(expression) + [""]

    def alternatives() -> bool:
        result = conjunction()
        while tokens[0] in ("OR", "/"):
            tokens.pop(0)
            result |= conjunction()
        return result

    def conjunction() -> bool:
        result = license_or_group()
        while tokens[0] == "AND":
            tokens.pop(0)
            result &= license_or_group()
        return result

    def license_or_group() -> bool:
        name = tokens.pop(0)
        if name == "(":
            result = alternatives()
            tokens.pop(0)
            return result
        if tokens[0] == "WITH":
            name = f"{name} WITH {tokens[1]}"
            del tokens[:2]
        return name in licenses

    return alternatives() and tokens == [""]


def faults(packages: list[dict], rules: dict) -> list[str]:
    """Everything that the rules forbid, in words."""
    found = []
    licenses = set(rules["licenses"]["allow"])
    registries = {f"registry+{registry}" for registry in rules["sources"]["allow-registry"]}
    versions: dict[str, list[str]] = defaultdict(list)
    for package in packages:
        label = f"{package['name']} {package['version']}"
        versions[package["name"]].append(package["version"])
        if not allowed(package["license"] or "none", licenses):
            found.append(f"{label}: license {package['license']}")
        # A package without a source is this one.
        if package["source"] not in {None, *registries}:
            found.append(f"{label}: comes from {package['source']}")
    for ban in rules["bans"]["deny"]:
        name, present = ban["crate"], versions.get(ban["crate"], [])
        if ban.get("deny-multiple-versions"):
            if len(present) > 1:
                found.append(f"{name}: {' and '.join(present)}; {ban['reason']}")
        elif present:
            found.append(f"{name}: {ban['reason']}")
    return found


def main() -> int:
    root = Path(__file__).parent.parent
    command = ["cargo", "metadata", "--format-version", "1", "--locked", "--all-features"]
    metadata = subprocess.run(command, cwd=root, stdout=subprocess.PIPE, check=True).stdout
    packages = json.loads(metadata)["packages"]
    found = faults(packages, tomllib.loads((root / "deny.toml").read_text(encoding="utf-8")))
    for fault in found:
        print(fault)
    print(f"{len(packages)} packages, {len(found)} faults")
    return 1 if found or not packages else 0


if __name__ == "__main__":
    sys.exit(main())
