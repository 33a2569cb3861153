"""The acceptance table: what becomes of a message, and by which rule."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.reference import Reference
from intake.mail.automatic import announces_absence
from intake.mail.message import Understood, understand
from intake.rules import FEW_WORDS, LOOP_HEADER, RULES, WAYS, Found, Judged, Match, judge, tokens_of

MAILS = Path(__file__).parent / "mails"
TOKEN = "0123456789abcdefghjkmnpqrs"
OUR_ID = "<0123456789abcdef0123456789abcdef@answerable.example>"
INBOX = "inbox@answerable.example"
AWAY = "I am on leave, and RESOLVED matters will wait."
FORM, KNOWN = Found(form=True), Found(known_sender=True, words=FEW_WORDS)
ASKED = Match("recipient", "case-1", "letter-1", expected_sender=True)


def sample(name: str) -> Understood:
    return understand((MAILS / f"{name}.eml").read_bytes())


def mail(*headers: str, sender: str = "Jo <jo@health.example>", body: str = "RESOLVED") -> Understood:
    return understand("\n".join([f"From: {sender}", *headers, "", body]).encode())


def judged(understood: Understood, *matches: Match) -> Judged:
    return judge(understood, Found(matches), [INBOX])


@pytest.mark.parametrize(
    ("name", "rule", "becomes"),
    [
        ("outlook_desktop", "answer", "answer"),
        ("gmail_html", "answer", "answer"),
        ("bounce", "bounce", "filed"),
        ("delay", "report", "filed"),
        ("out_of_office_marked", "automatic reply", "filed"),
        ("out_of_office_bare", "automatic reply", "filed"),
        ("calendar_reply", "calendar response", "filed"),
    ],
)
def test_each_kind_of_mail_falls_under_its_rule_even_with_a_good_token(name: str, rule: str, becomes: str) -> None:
    found = judged(sample(name), ASKED)
    assert (found.rule, found.becomes, found.match) == (rule, becomes, ASKED)


@pytest.mark.parametrize(
    ("understood", "rule"),
    [
        (mail(f"{LOOP_HEADER}: x"), "own loop"),
        (mail(sender=f"Us <{INBOX.upper()}>"), "own loop"),
        (mail(sender=f"inbox+{TOKEN}@answerable.example"), "own loop"),
        (mail("Return-Path: <>", "Subject: Undeliverable: your letter"), "bounce"),
        (mail("Subject: failure notice", sender="MAILER-DAEMON@mx.health.example"), "bounce"),
        (mail("X-Failed-Recipients: a@x.example", sender="Mailer-Daemon@mx.health.example"), "bounce"),
        (mail("Content-Type: multipart/report; report-type=disposition-notification; boundary=b"), "report"),
        (mail("Auto-Submitted: auto-replied"), "automatic reply"),
        (mail("Precedence: auto_reply"), "automatic reply"),
        (mail("X-Autoreply: yes"), "automatic reply"),
        (mail("Received: by x\n" * 101 + "Subject: x"), "too many hops"),
        (mail("X-Mailer: vacation 1.2"), "automatic reply"),
        (mail("Subject: Out of Office", body=AWAY), "automatic reply"),
        (mail("Subject: Allan o'r swyddfa / Out of office", body=AWAY), "automatic reply"),
        (mail("Subject: Ateb awtomatig: x", body=AWAY), "automatic reply"),
        (mail("Subject: Autoreply: x", body=AWAY), "automatic reply"),
        (mail("Subject: Jo Smith - Out of Office", body=AWAY), "automatic reply"),
        (mail("Subject: On leave until 7 December", body=AWAY), "automatic reply"),
        (mail("Subject: Abwesenheitsnotiz", body=AWAY), "automatic reply"),
        (mail("X-Auto-Response-Suppress: All", "X-MS-Exchange-Inbox-Rules-Loop: jo@health.example"), "automatic reply"),
        (mail("Return-Path: <>", "Subject: hello"), "automatic reply"),
        (mail("Subject: [EXTERNAL] Automatic reply: x", body=AWAY), "automatic reply"),
        (mail("Subject: Jo Smith is out of the office (back 7 December)", body=AWAY), "automatic reply"),
        (mail("Subject: Annual Leave", body=AWAY), "automatic reply"),
        (mail("List-Id: <all.health.example>"), "list mail on a case"),
        (mail("Precedence: bulk"), "list mail on a case"),
    ],
)
def test_mail_that_no_person_wrote_to_us_never_answers(understood: Understood, rule: str) -> None:
    found = judged(understood, ASKED)
    assert found.rule == rule
    assert found.becomes != "answer"


@pytest.mark.parametrize(
    "header",
    [
        "Auto-Submitted: no",
        "Subject: RE: Automatic reply: x",
        "Subject: [EXTERNAL] Re: Out of office",
        "Subject: Fwd: Out of Office",
        "Subject: Annual leave cover for the plan",
        "X-Auto-Response-Suppress: DR, OOF, AutoReply",
        "Subject: failure notice",
        "Subject: Out of hours cover",
        "Subject: Out of office",
        "Subject: Automatic reply: x",
        "Subject: Absence of the child from school",
        "Subject: Away days",
        "Subject: Automatic doors at the refuge",
        "Subject: AW: Abwesenheitsnotiz",
        "Subject: Leave to remain",
        "X-Mailer: Apple Mail (2.3)",
        "\n".join(["Received: by x"] * 100),
        "Return-Path: <jo@health.example>",
    ],
)
def test_people_are_not_taken_for_programs(header: str) -> None:
    assert judged(mail(header), ASKED).becomes == "answer"


NO_NOTICES = (
    "Absence from school - child at risk of significant harm",
    "Absent from placement - K.M.",
    "Social worker is on sick leave, K.M. not seen for six weeks",
    "Allocated social worker is on leave and nobody covers",
    "On leave social worker and no cover: escalation",
    "Out of office replies only - escalation about K.M.",
    "Left the authority without handover - K.M.",
    "Leaving the council with no answer",
    "Automated message received instead of a decision on K.M.",
    "The team manager is out of the office and the child is at risk",
)
NOTICES_PERHAPS = ("Absence: no visit for three weeks", "Not in the office: nobody at Hackney answers", "Auto: x")
HARM = "Mother has threatened to kill the baby tonight. Nobody at Hackney answers us. The social worker is away."


@pytest.mark.parametrize("subject", [*NO_NOTICES, *NOTICES_PERHAPS])
def test_a_person_who_escalates_under_a_subject_like_an_absence_is_heard(subject: str) -> None:
    escalated = judge(mail(f"Subject: {subject}", body=HARM), replace(KNOWN, harm=True), [INBOX])
    assert (escalated.rule, escalated.becomes) == ("own words", "words")
    assert judged(mail(f"Subject: {subject}"), ASKED).becomes == "answer"


@pytest.mark.parametrize("subject", NO_NOTICES)
def test_a_subject_with_a_matter_of_its_own_announces_no_absence(subject: str) -> None:
    assert not announces_absence(subject)


@pytest.mark.parametrize(
    "words",
    [
        "I am out of the office until Monday 7 December.",
        "I'm currently on annual leave and will reply upon my return.",
        "Out of office until 7 December.\nPlease contact the duty team.",
        "Thank you for your e-mail. It has been received.",
        "Thank you for contacting the office of Jo Smith MP. This is an automatic acknowledgement.",
        "I no longer work for the council.",
        "This mailbox is not monitored.",
        "My working days are Monday to Wednesday.",
        "Rwyf allan o'r swyddfa.",
        "Ich bin bis Montag nicht im Büro.",
        "Je suis absente du bureau jusqu'au 7 décembre.",
        "",
    ],
)
def test_an_absence_without_a_header_is_known_by_its_subject_and_its_words(words: str) -> None:
    assert judged(mail("Subject: Out of Office", body=words), ASKED).rule == "automatic reply"


def test_list_mail_that_leads_nowhere_is_read_by_a_person_but_not_a_programs() -> None:
    """Somebody may have escalated through a list."""
    assert judged(mail("List-Id: <news.elsewhere.test>")).becomes == "tray"
    assert judged(mail("List-Id: <news.elsewhere.test>", "Auto-Submitted: auto-replied")).becomes == "filed"


@pytest.mark.parametrize("way", WAYS[:3])
def test_a_letter_of_ours_found_in_any_sure_way_is_answered_and_the_way_is_told(way: str) -> None:
    found = judged(mail(), Match(way, "case-1", "letter-1", True), Match("subject", "case-1", None, True))
    assert (found.becomes, found.match and found.match.way) == ("answer", way)
    assert "(by the " in found.why


def test_the_surest_way_is_named_and_the_senders_own_letter_comes_first() -> None:
    other = Match("recipient", "case-1", "letter-2", expected_sender=False)
    own = Match("body", "case-1", "letter-1", expected_sender=True)
    assert judged(mail(), own, other).match == own
    assert judged(mail(), Match("body", "case-1", "letter-1", True), ASKED).match == ASKED


def test_two_ways_to_different_cases_wait_for_a_person() -> None:
    found = judged(mail(), ASKED, Match("subject", "case-2", None, True))
    assert (found.rule, found.becomes) == ("two cases", "tray")


def test_a_subject_alone_never_files() -> None:
    found = judged(mail(), Match("subject", "case-1", None, True))
    assert (found.rule, found.becomes) == ("subject alone", "tray")


def test_a_stranger_with_a_good_token_waits_for_a_person_with_the_likely_case() -> None:
    match = Match("recipient", "case-1", "letter-1", expected_sender=False)
    found = judged(mail(), match)
    assert (found.rule, found.becomes, found.match) == ("stranger", "tray", match)


def test_mail_that_leads_nowhere_goes_to_the_tray() -> None:
    assert judged(mail()) == Judged("unknown", "tray", "Nothing in it leads to a case.")


def test_mail_beyond_a_limit_waits_for_a_person() -> None:
    assert judged(mail(f"X: {'x' * 40_000}"), ASKED).rule == "beyond a limit"


def test_every_rule_has_its_own_name_and_the_last_takes_all() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert judged(understand(b""), ASKED).rule == RULES[-1].name


def test_traces_are_gathered_from_all_four_places() -> None:
    traces = tokens_of(sample("outlook_desktop"))
    assert traces.recipient_tokens == traces.body_tokens == (TOKEN,)
    assert traces.message_ids == (OUR_ID,)
    assert traces.subject_references == (Reference("CHSCP", 2026, 42),)


def test_a_bounce_is_traced_by_the_message_id_that_it_returns() -> None:
    assert tokens_of(sample("bounce")).body_message_ids == (OUR_ID,)


def test_traces_survive_html_and_a_folded_case() -> None:
    assert tokens_of(sample("gmail_html")).body_tokens == (TOKEN,)
    upper = tokens_of(mail(f"To: INBOX+{TOKEN.upper()}@X.EXAMPLE", f"References: {OUR_ID.upper()}"))
    assert (upper.recipient_tokens, upper.message_ids) == ((TOKEN,), (OUR_ID,))


MATCHES = st.builds(Match, st.sampled_from(WAYS), st.sampled_from(["case-1", "case-2"]), st.none(), st.booleans())


@given(st.binary(max_size=200), st.lists(MATCHES, max_size=3))
@settings(deadline=None)
def test_every_message_is_judged_once_with_a_reason(raw: bytes, matches: list[Match]) -> None:
    found = judged(understand(raw), *matches)
    assert found.why
    assert "{" not in found.why
    if found.becomes == "answer":
        assert {match.case_id for match in matches} == {found.match.case_id if found.match else None}
        assert any(match.expected_sender for match in matches)
        assert any(match.way != "subject" for match in matches)


@pytest.mark.parametrize(
    ("understood", "found", "rule", "becomes"),
    [
        (mail(), FORM, "form by mail", "lines"),
        (mail(), KNOWN, "own words", "words"),
        (mail(), Found(form=True, known_sender=True, words=FEW_WORDS), "form by mail", "lines"),
        (mail(), Found(known_sender=True, words=FEW_WORDS - 1), "unknown", "tray"),
        (mail(), Found(words=FEW_WORDS), "unknown", "tray"),
        (mail("Subject: Re: CHSCP-2026-0042"), KNOWN, "unknown", "tray"),
        (mail("Subject: Re: CHSCP-2026-0042"), FORM, "form by mail", "lines"),
        (mail(sender="a@x.example, b@x.example"), KNOWN, "unknown", "tray"),
        (mail("List-Id: <all.health.example>"), FORM, "list mail", "tray"),
        (mail("Auto-Submitted: auto-replied"), FORM, "perhaps automatic", "tray"),
        (mail("Auto-Submitted: auto-generated"), KNOWN, "perhaps automatic", "tray"),
        (mail("Auto-Submitted: auto-replied", body=AWAY), KNOWN, "automatic reply", "filed"),
        (mail("Auto-Submitted: auto-replied", body=AWAY), replace(KNOWN, harm=True), "perhaps automatic", "tray"),
        (mail("Auto-Submitted: auto-replied"), Found(words=FEW_WORDS), "automatic reply", "filed"),
        (mail("Subject: Out of office", body=AWAY), replace(KNOWN, answers=True), "own words", "words"),
        (mail(), Found((ASKED,), form=True, known_sender=True, words=FEW_WORDS), "answer", "answer"),
        (mail(), Found((replace(ASKED, expected_sender=False),), form=True), "stranger", "tray"),
    ],
)
def test_a_mail_opens_a_case_only_where_it_leads_to_none_and_a_person_wrote_it(
    understood: Understood, found: Found, rule: str, becomes: str
) -> None:
    judged = judge(understood, found, [INBOX])
    assert (judged.rule, judged.becomes) == (rule, becomes)
