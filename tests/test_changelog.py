"""CHANGELOG.md and the package agree on what version this is."""

import re
from importlib.metadata import version
from pathlib import Path

CHANGELOG = Path(__file__).parents[1] / "CHANGELOG.md"


def test_the_newest_entry_is_the_version_of_the_package() -> None:
    versions = re.findall(r"^## (\d+\.\d+\.\d+)\b", CHANGELOG.read_text(encoding="utf-8"), re.MULTILINE)
    assert versions[0] == version("answerable")
