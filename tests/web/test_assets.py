"""The script of live charts: built from what stands in `assets/`, its Vega that of the pictures."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from pathlib import Path

import vl_convert

ROOT = Path(__file__).parents[2]
ASSETS, STATIC = ROOT / "assets", ROOT / "src/servanda/web/static"
LOCK = json.loads((ASSETS / "package-lock.json").read_text(encoding="utf-8"))["packages"]


def test_the_script_was_built_from_what_stands_here() -> None:
    with (STATIC / "charts.js").open(encoding="utf-8") as script:
        said = re.search(r"assets/(.+): sha256 (\w{64});", script.readline())
    assert said, "run `npm ci --ignore-scripts && npm run build` in assets/"
    found = sha256(b"".join((ASSETS / name).read_bytes() for name in said[1].split(", ")))
    assert said[2] == found.hexdigest(), "assets/ has changed: build the script again"


def test_live_charts_and_pictures_are_drawn_by_one_vega() -> None:
    assert LOCK["node_modules/vega"]["version"] == vl_convert.get_vega_version()


def test_every_package_is_locked_by_its_hash_and_no_registry_is_named() -> None:
    packages = {name: each for name, each in LOCK.items() if name}
    assert len(packages) > 50
    assert all(each["integrity"].startswith("sha512-") for each in packages.values())
    assert not any("resolved" in each for each in packages.values())


def test_every_package_in_the_script_has_its_licence_beside_it() -> None:
    text = (STATIC / "charts.licences.txt").read_text(encoding="utf-8")
    parts = text.split(f"\n{'-' * 72}\n\n")
    heads = [re.match(r"(\S+) (\S+) \((.+)\)\n\n(?=\S)", part) for part in parts]
    assert all(heads), "a package has no text of a licence"
    found = {head[1]: head[2] for head in heads if head}
    assert {"vega", "vega-interpreter", "vega-tooltip", "d3-array"} <= set(found)
    assert all(LOCK[f"node_modules/{name}"]["version"] == found[name] for name in found)
