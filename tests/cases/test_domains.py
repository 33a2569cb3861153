"""Domains that a reader takes for a registered one."""

import pytest

from cases.mail.domains import meant

REGISTERED = ("hackney.example", "homerton.example", "Police.example")


@pytest.mark.parametrize(
    ("domain", "registered"),
    [
        ("hackny.example", "hackney.example"),  # a letter missing
        ("hackneyy.example", "hackney.example"),  # one too many
        ("hackmey.example", "hackney.example"),  # a wrong one
        ("hakcney.example", "hackney.example"),  # two in the wrong order
        ("HACKNY.example", "hackney.example"),
        ("hornerton.example", "homerton.example"),  # rn for m
        ("hom3rt0n.example", "homerton.example"),
        ("hаckney.example", "hackney.example"),  # a Cyrillic а
        ("xn--hckney-3nf.example", "hackney.example"),  # the same, as it travels (RFC 5891)
        ("hackné́y.example", "hackney.example"),
        ("poiice.example", "police.example"),
    ],
)
def test_a_slip_or_a_look_alike_is_known_for_what_it_is_like(domain: str, registered: str) -> None:
    assert meant(domain, REGISTERED) == registered


@pytest.mark.parametrize(
    "domain",
    ["hackney.example", "mail.hackney.example", "police.example", "camden.example", "", "a", "hackney.test",
     "xn--99999999999.example"],
)  # fmt: skip
def test_a_registered_domain_and_one_that_is_like_none_are_left_alone(domain: str) -> None:
    assert meant(domain, REGISTERED) is None
