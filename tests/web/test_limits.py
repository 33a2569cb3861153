from datetime import UTC, datetime, timedelta

import pytest

from web.limits import Limit, Limits

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_within_the_window_only_so_many_are_allowed() -> None:
    limits = Limits({"form": Limit(2, MINUTE)})
    assert [limits.allow("form", "192.0.2.1", NOON) for _ in range(4)] == [True, True, False, False]


def test_the_window_slides() -> None:
    limits = Limits({"form": Limit(2, MINUTE)})
    limits.allow("form", "a", NOON)
    limits.allow("form", "a", NOON + timedelta(seconds=40))
    assert not limits.allow("form", "a", NOON + timedelta(seconds=59))
    assert limits.allow("form", "a", NOON + MINUTE)
    assert not limits.allow("form", "a", NOON + timedelta(seconds=61))


def test_keys_and_kinds_are_counted_apart() -> None:
    limits = Limits({"form": Limit(1, MINUTE), "code": Limit(1, MINUTE)})
    assert all(limits.allow(kind, key, NOON) for kind in ("form", "code") for key in ("a", "b"))


def test_those_refused_do_not_prolong_the_wait() -> None:
    limits = Limits({"code": Limit(1, MINUTE)})
    assert [limits.allow("code", "a", NOON + timedelta(seconds=s)) for s in (0, 30, 59, 60)] == [
        True,
        False,
        False,
        True,
    ]


def test_an_unknown_kind_is_an_error() -> None:
    with pytest.raises(KeyError):
        Limits({}).allow("form", "a", NOON)
