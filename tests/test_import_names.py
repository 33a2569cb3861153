"""Our top-level names are plain words that others publish under too: here ours must be the ones that are imported."""

import importlib
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES: list[str] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"][
    "targets"
]["wheel"]["packages"]


@pytest.mark.parametrize("name", PACKAGES)
def test_package_comes_from_this_repository(name: str) -> None:
    assert importlib.import_module(name).__file__ == str(ROOT / name / "__init__.py")


@pytest.mark.parametrize("name", PACKAGES)
def test_no_other_distribution_claims_the_name(name: str) -> None:
    assert set(packages_distributions().get(name, [])) <= {"answerable"}


def test_every_package_of_the_repository_is_shipped() -> None:
    found = {file.parent.name for file in ROOT.glob("*/__init__.py")}
    assert found == set(PACKAGES)
