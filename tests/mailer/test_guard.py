"""The guard before every hand-over: never to ourselves, in a demonstration to nobody real."""

import pytest

from mailer.errors import Refused
from mailer.guard import Guard

OWN = ("Escalations@chscp.example", "escalations@hscp.example")


@pytest.mark.parametrize(
    "address",
    [
        "escalations@chscp.example",
        "ESCALATIONS@CHSCP.EXAMPLE",
        "escalations+0f7k2m9qx4wz8r3t@chscp.example",
        "Escalations+anything@Hscp.Example",
    ],
)
def test_our_own_addresses_are_refused_however_they_are_written(address: str) -> None:
    with pytest.raises(Refused, match="own addresses"):
        Guard(OWN).check(address)


@pytest.mark.parametrize("address", ["dan@chscp.example", "escalations@council.example", "escalation@chscp.example"])
def test_colleagues_on_our_domain_and_others_mailboxes_of_that_name_are_ordinary_people(address: str) -> None:
    Guard(OWN).check(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "dan",
        "@hackney.example",
        "dan@",
        "dan webb@hackney.example",
        "dan@hackney.example\r\nBcc: x@y.example",
        "d\x7f@x.example",
    ],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(Refused):
        Guard(OWN).check(address)


@pytest.mark.parametrize("address", ["dan@hackney.example", "dan@mail.hackney.test", "dan@localhost", "dan@example"])
def test_a_demonstration_writes_to_made_up_addresses(address: str) -> None:
    Guard(OWN, reserved_only=True).check(address)


@pytest.mark.parametrize(
    "address", ["dan@hackney.gov.uk", "dan@example.com", "dan@notexample", "dan@hackney.example.org"]
)
def test_a_demonstration_writes_to_nobody_real(address: str) -> None:
    with pytest.raises(Refused, match="made-up addresses"):
        Guard(OWN, reserved_only=True).check(address)


@pytest.mark.parametrize("address", ["dan@hackney.gov.uk", "dan@example.com"])
def test_a_real_service_writes_to_real_people(address: str) -> None:
    Guard(OWN).check(address)
