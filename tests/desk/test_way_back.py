"""Where one lands after signing in: a page of this desk, and nowhere else."""

import pytest

from desk.entry import way_back


@pytest.mark.parametrize(
    "asked",
    [
        "https://evil.test/", "//evil.test", "/\\evil.test", "/desk/chscp@evil.test", "/desk/chscp/../../other",
        "/desk/chscp/%2e%2e/%2e%2e/other", "/desk/other", "/desk/chscp2", "/desk/chscp\r\nx: y", "javascript:alert(1)",
        "/desk/chscp/sign-in", "/desk/chscp/sign-out", "/desk/chscp//evil.test", "/desk/chscp/" + "a" * 600,
        "/desk/chscp/\u202e", "desk/chscp", "",
    ],
)  # fmt: skip
def test_the_way_back_never_leaves_this_desk(asked: str) -> None:
    assert way_back("chscp", asked) == "/desk/chscp"


@pytest.mark.parametrize("asked", ["/desk/chscp", "/desk/chscp/cases?status=open&page=2", "/desk/chscp/tray/ab12"])
def test_the_way_back_keeps_a_page_of_this_desk(asked: str) -> None:
    assert way_back("chscp", asked) == asked
