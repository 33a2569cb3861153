"""E60 and E61: our own boundary's word on a sender counts, and nobody else's; what deceives the eye is told."""

import pytest

from intake.mail.message import Understood, understand
from intake.mail.trust import verified

OURS = "mx.answerable.example"
PASS = (
    "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=health.example; dkim=pass header.d=health.example;dmarc=pass "
    "action=none header.from=health.example;compauth=pass reason=100"
)
INSIDE = (
    "Received: from A.eurprd01.prod.outlook.com (2603::1) by B.eurprd01.prod.outlook.com with HTTPS; Thu, 3 Dec 2026"
)
EDGE = (
    "Received: from mx.health.example (192.0.2.1) by AM7FT012.mail.protection.outlook.com (10.0.0.1) with SMTP; "
    "Thu, 3 Dec 2026"
)
BEFORE = "Received: from pc.health.example by mx.health.example; Thu, 3 Dec 2026"


def mail(*headers: str, sender: str = "Jo <jo@health.example>") -> Understood:
    return understand("\r\n".join([*headers, f"From: {sender}", "", "x"]).encode())


def said(result: str) -> str:
    return f"Authentication-Results: {result}"


GOOD = f"{OURS}; dmarc=pass header.from=health.example"


def test_our_boundary_is_believed() -> None:
    assert verified(mail(said(GOOD), "Received: by mx.answerable.example"), OURS).verified


@pytest.mark.parametrize(
    "headers",
    [
        # Our id, in a header below ours.
        (said(f"{OURS}; dmarc=fail header.from=health.example"), f"Received: by {OURS}", said(GOOD)),
        # No id at all.
        (said("dmarc=pass header.from=health.example"),),
        (f"Received: by {OURS}", said(PASS)),
        # Two headers in our name.
        (said(GOOD), said(GOOD)),
        (said(GOOD), said(f"{OURS}; dmarc=fail header.from=health.example")),
        # Folded, with our id in a place where it is none.
        (f"Authentication-Results: elsewhere.test;\r\n\t{OURS}; dmarc=pass\r\n header.from=health.example",),
        (f"Authentication-Results:\r\n elsewhere.test ({OURS};\r\n dmarc=pass header.from=health.example)",),
        # Above our own Received line, while our own stands where it belongs.
        (said(GOOD), f"Received: by {OURS}", said(f"{OURS}; dmarc=fail header.from=health.example")),
        # Our id in another header.
        (f"ARC-Authentication-Results: i=1; {GOOD}", f"X-Authentication-Results: {GOOD}"),
    ],
)
def test_e61_forged_results_are_ignored(headers: tuple[str, ...]) -> None:
    """E61: forged Authentication-Results: our id, no id, two headers, folded, above our own Received line: ignored;
    unverified."""
    assert not verified(mail(*headers), OURS).verified


def test_exchange_online_is_believed_where_its_edge_wrote() -> None:
    assert verified(mail(INSIDE, INSIDE, said(PASS), EDGE, BEFORE), "exchange").verified


@pytest.mark.parametrize(
    "headers",
    [
        (INSIDE, EDGE, said(PASS), BEFORE),  # below its edge: it came with the message
        (INSIDE, BEFORE, said(PASS), EDGE),  # above it, a line of another's server
        (INSIDE, said(PASS), BEFORE),  # its edge wrote nothing
        (INSIDE, said(PASS)),
        (said(f"exchange; {PASS}"), EDGE),
        (said(PASS.replace("dmarc=pass", "dmarc=fail")), EDGE),
        (said(PASS.replace("header.from=health.example", "header.from=elsewhere.test")), EDGE),
        (said(PASS.replace("dmarc=pass", "dmarc=fail")), EDGE, said(PASS), BEFORE),
        (said(PASS), EDGE.replace("mail.protection.outlook.com", "mail.protection.outlook.com.elsewhere.test")),
        (INSIDE.replace("prod.outlook.com with", "outlook.com.elsewhere.test with"), said(PASS), EDGE),
        (INSIDE, EDGE),
    ],
)
def test_e61_forged_results_are_ignored_at_exchange_online(headers: tuple[str, ...]) -> None:
    assert not verified(mail(*headers), "exchange").verified


@pytest.mark.parametrize(
    ("headers", "sender"),
    [
        ((said(f"{OURS}; dmarc=fail header.from=health.example"),), "Jo Smith <jo@health.example>"),
        (
            (said(f"{OURS}; dmarc=pass header.from=elsewhere.test"),),
            '"jo@health.example" <jo@elsewhere.test>, x@y.test',
        ),
    ],
)
def test_e60_a_known_name_that_is_not_confirmed_is_unverified(headers: tuple[str, ...], sender: str) -> None:
    """E60: known manager, DMARC fail; display name of the manager, other address: D15; warned in words."""
    verdict = verified(mail(*headers, sender=sender), OURS)
    assert not verdict.verified
    assert verdict.why


@pytest.mark.parametrize(
    ("headers", "sender", "words"),
    [
        ((), '"jo@health.example" <mallory@elsewhere.test>', "another e-mail address"),
        ((), '"Jo @ Health" <mallory@elsewhere.test>', "made to look like"),
        ((), "=?utf-8?q?J=D0=BE_Smith?= <mallory@elsewhere.test>", "mixes alphabets"),
        ((), "Jo <jo@xn--e1awd7f.test>", "mixes alphabets"),
        ((), "=?utf-8?b?Sm8g4oCuaHRpbVM=?= <mallory@elsewhere.test>", "hide or turn round"),
        (("Subject: =?utf-8?b?emVyb+KAi3dpZHRo?=",), "Jo <jo@health.example>", "hide or turn round"),
        (("Reply-To: mallory@elsewhere.test",), "Jo <jo@health.example>", "asks for answers to another address"),
    ],
)
def test_e60_what_deceives_the_eye_is_told_in_words(headers: tuple[str, ...], sender: str, words: str) -> None:
    understood = mail(*headers, sender=sender)
    assert any(words in each for each in understood.warnings)


@pytest.mark.parametrize(
    ("headers", "sender"),
    [
        (("Reply-To: jo@health.example",), "Jo Smith <jo@health.example>"),
        ((), '"jo@health.example" <jo@health.example>'),
        ((), "=?utf-8?q?Si=C3=A2n_Ll=C5=B7r?= <sian@health.example>"),
        ((), "=?utf-8?b?0JDQvdC90LA=?= <anna@health.example>"),
        ((), "Jo <jo@xn--mnchen-3ya.example>"),
    ],
)
def test_ordinary_senders_are_not_warned_of(headers: tuple[str, ...], sender: str) -> None:
    assert mail(*headers, sender=sender).warnings == ()
