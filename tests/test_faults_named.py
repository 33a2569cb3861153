"""Every fault that docs/guarantees.md promises is a named test, and every such test is in the table."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_table_of_faults_and_the_tests_agree() -> None:
    promised = set(
        re.findall(r"^\| E(\d+) \|", (ROOT / "docs" / "guarantees.md").read_text(encoding="utf-8"), re.MULTILINE)
    )
    names = (
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_e\d\w*)", path.read_text(encoding="utf-8"), re.MULTILINE)
    )
    tested = {number for name in names for number in re.findall(r"(?<=_e)\d+(?=_)", name)}
    assert promised == tested
