import pytest
from fastapi import HTTPException

from web.paging import Paging, page_number


def test_a_page_says_what_it_shows_and_where_the_others_are() -> None:
    middle = Paging(2, 120, 50, {"status": "open"})
    assert (middle.first, middle.last) == (51, 100)
    assert (middle.before, middle.after) == ("?status=open&page=1", "?status=open&page=3")
    assert (Paging(1, 50, 50, {}).before, Paging(1, 50, 50, {}).after) == ("", "")


@pytest.mark.parametrize("typed", ["0", "-1", "x", "1.5", "٣", "9" * 40, "10001"])
def test_what_is_no_page_is_not_found(typed: str) -> None:
    with pytest.raises(HTTPException):
        page_number(typed)


def test_no_number_is_the_first_page() -> None:
    assert (page_number(""), page_number("7")) == (1, 7)
