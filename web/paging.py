"""Which page of a list is wanted, and where the others are."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import HTTPException


@dataclass(frozen=True, slots=True)
class Paging:
    """Page `number` of a list of `count` things; `more` says that there are more than could be counted."""

    number: int
    count: int
    size: int
    query: Mapping[str, str]
    more: bool = False

    @property
    def first(self) -> int:
        return self.size * (self.number - 1) + 1

    @property
    def last(self) -> int:
        return min(self.size * self.number, self.count)

    @property
    def before(self) -> str:
        """The query of the page before; empty on the first."""
        return self._to(self.number - 1) if self.number > 1 else ""

    @property
    def after(self) -> str:
        """The query of the next page; empty on the last."""
        return self._to(self.number + 1) if self.size * self.number < self.count else ""

    def _to(self, number: int) -> str:
        return f"?{urlencode({**self.query, 'page': number})}"


def page_number(typed: str, most: int = 10_000) -> int:
    """The number of a page as it stands in an address. Raises HTTPException(404) for what is none."""
    if not typed:
        return 1
    if not (typed.isascii() and typed.isdecimal() and 1 <= int(typed[:9]) <= most):
        raise HTTPException(404)
    return int(typed)
