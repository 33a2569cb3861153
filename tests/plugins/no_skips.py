"""A pytest plugin: where everything is required (CI, `make test`), a skipped test is a failed one."""

import os
from collections.abc import Generator

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    refuse_skip(report)
    return report


def refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if report.skipped and everything_required() and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"Nothing may be skipped here. {report.longreprtext}"


def everything_required() -> bool:
    """True under CI, and where ANSWERABLE_REQUIRE_ALL is set to anything but nothing or 0."""
    return any(os.environ.get(name, "").lower() not in {"", "0", "false"} for name in ("CI", "ANSWERABLE_REQUIRE_ALL"))
