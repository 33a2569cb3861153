"""Nothing in the repository points at one machine's folders or at a place to download from."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# Written with classes of one letter where they would otherwise find themselves.
FORBIDDEN = re.compile(
    r"""
      (?<![\w.$}])/(?:root|home|work|Users)/\w      # a path on somebody's machine
    | (?<!no-emit-)(?:extra-)?index[-]url           # an address given to a package client
    | (?<!no-emit-)find[-]links[ =]
    | https?://\S+/simple\b
    | \b(?:p[y]pi|p[y]thonhosted|n[p]mjs)\.\w+
    """,
    re.VERBOSE,
)


def test_no_file_names_an_index_or_a_path_of_one_machine() -> None:
    assert [line for file in committed() for line in faults(file)] == []


@pytest.mark.parametrize(
    "text",
    [
        "--index" + "-url https://packages.example/",
        "--extra-index" + "-url=https://packages.example/",
        "--find" + "-links /wheels",
        "https://packages.example" + "/simple/six/",
        "https://files.python" + "hosted.org/x.whl",
        "open('/ho" + "me/someone/policy.yaml')",
        "see /wo" + "rk/notes",
    ],
)
def test_the_search_finds_what_it_should(text: str) -> None:
    assert FORBIDDEN.search(text)


@pytest.mark.parametrize("text", ["homework/work/", "https://partner.example/home/page", "--no-emit-index" + "-url"])
def test_the_search_leaves_the_rest_alone(text: str) -> None:
    assert not FORBIDDEN.search(text)


def committed() -> list[Path]:
    """Every file in git, and every one about to be: untracked and not ignored."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    files = [ROOT / name for name in listing.stdout.decode().split("\0") if name]
    assert files
    return [file for file in files if file.is_file()]


def faults(file: Path) -> list[str]:
    content = file.read_bytes()
    if b"\0" in content:
        return []
    lines = content.decode("utf-8", "replace").splitlines()
    return [f"{file.relative_to(ROOT)}:{n}: {line}" for n, line in enumerate(lines, 1) if FORBIDDEN.search(line)]
