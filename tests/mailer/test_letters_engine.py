"""The letters and the engine agree: each purpose has its templates, and each letter has the values that it asks for."""

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.case import BUSINESS_SUPPORT, Case
from cases.directory.directory import Agency, Directory, Person
from cases.policy import Facts
from cases.policy_files.reading import read_policy
from cases.submission import BY_FORM, Answer, Arrival, Submission, Unread
from cases.verbs import adding, answers, clocks, ending, handing_over, messages, opening, pausing, proposals
from cases.verbs.decision import Decision, Letter, Moment, Offer
from cases.verbs.orders import Order
from cases.verbs.posted import posted
from cases.working_time import Calendar
from mailer.letters import Frame, Letters

ROOT = Path(__file__).parents[2]
LETTERS = Letters(ROOT / "templates/letters")
POLICY = read_policy(ROOT / "policies/chscp.yaml")
CALENDAR = Calendar(ZoneInfo("Europe/London"), {}, date(2027, 12, 31))
START = datetime(2026, 11, 27, 10, 0, tzinfo=UTC)
WITHOUT_THE_ENGINE = {
    "acknowledged",
    "ask_sender",
    "audit",
    "clock_changed",
    "code",
    "contact",
    "digest",
    "held",
    "mailbox",
    "not_ours",
    "sign_in",
    "tray",
    "trial",
}
AGENCIES = (
    Agency("hosp", "Homerton Healthcare", ("homerton.example",)),
    Agency("csc", "Hackney", ("hackney.example",)),
)
SUBMISSION = Submission(
    email="dana@homerton.example", name="Dana Whitlock", phone="020 7946 0011", agency="hosp", other_agency="csc",
    other_name="Marcus Lee", other_email="marcus@hackney.example", child="A.B.", child_numbers="Homerton 99812",
    concern="The plan was closed without a visit.", wanted="A visit this week.",
    answers={"child_status": ("protection_plan",), "area": ("plans",)},
)  # fmt: skip
FRAME = Frame(
    message_id="<5d0c1f7a93be4e6f8a2b7c9d0e1f2a3b@chscp.example>",
    sender_name="CHSCP escalations",
    sender="escalations@chscp.example",
    reply_to="escalations@chscp.example",
    token="0f7k2m9qx4wz8r3tvb6hcdjn5p",
    page_url=None,
    status_url=None,
    site_url="https://answerable.example",
    date=START,
    references=(),
    automatic="auto-generated",
    suppress="DR, RN, NRN",
    loop_mark="answerable.example",
)


def directory() -> Directory:
    """Somebody in every role of the policy, except the board members."""
    people = []
    for key, role in POLICY.roles.items():
        for agency in ("hosp", "csc") if role.of == "agency" else (None,):
            if key not in ("practitioner", "board_member"):
                domain = {"hosp": "homerton.example", "csc": "hackney.example"}.get(agency or "", "chscp.example")
                people.append(Person(key, f"{role.title.title()} Person", f"{key}@{domain}", agency))
    return Directory(AGENCIES, people, "support@chscp.example")


@dataclass
class Story:
    """A case played through, with every letter that was written on the way."""

    submission: Submission = SUBMISSION
    arrival: Arrival = BY_FORM
    now: datetime = START
    letters: list[Letter] = field(default_factory=list)
    case: Case = Case("c1", "chscp", "CHSCP-2026-0042", "hash", START, "main")

    def __post_init__(self) -> None:
        self.keep(opening.receive(self.case, self.submission, "482913", self.moment(), self.arrival))
        self.keep(opening.confirm(self.case, self.moment()))

    def moment(self) -> Moment:
        return Moment(self.now, POLICY, directory(), CALENDAR)

    def keep(self, decision: Decision) -> None:
        self.case = decision.case
        self.letters += decision.letters

    def says(self, does: str, text: str = "", day: date | None = None) -> None:
        """The person to whom the latest letter with such an offer went takes it."""
        letter, offer = next(self._offered(does))
        self.keep(answers.hear(self.case, letter.to, Answer(offer.does, offer.about, text, day), self.moment()))

    def waits(self, purpose: str) -> None:
        """Until the next clock of a purpose is looked at."""
        clock = min(self.case.running(purpose), key=lambda clock: clock.look_at)
        self.now = clock.look_at
        self.keep(clocks.look(self.case, clock.key, self.moment()))

    def tells_the_raiser(self) -> None:
        """The letter with the outcome arrives, and nobody objects."""
        self.keep(posted(self.case, "outcome", "p1", "accepted", self.moment(), tells=True, shares=True, letter="l1"))
        self.waits("told")
        self.waits("objection")

    def _offered(self, does: str) -> Iterator[tuple[Letter, Offer]]:
        for letter in reversed(self.letters):
            yield from ((letter, offer) for offer in letter.offers if offer.does == does)


def chased() -> Story:
    story = Story(replace(SUBMISSION, child="", immediate_harm=True, signposts=("one_agency",)))
    story.says("meeting", day=date(2026, 12, 1))
    story.says("question", "Which team?")
    story.waits("timescale")
    story.waits("timescale")
    story.says("move")
    story.says("outcome:not_resolved", "No agreement.")
    return story


def decided() -> Story:
    story = Story(replace(SUBMISSION, starts_at="commissioner"))
    story.says("go_on:commissioner", "It cannot wait.")
    story.waits("asked")
    story.says("give:rationale", "It has been three weeks.")
    story.says("way:panel")
    story.says("outcome:resolved", "A plan is agreed.")
    story.tells_the_raiser()
    story.waits("on_file")
    return story


def confidential() -> Story:
    story = Story(replace(SUBMISSION, diversions=("lado",)))
    story.says("divert:split", "Only the missed visit.")
    return story


def agreed() -> Story:
    story = Story(replace(SUBMISSION, starts_at="line_managers"))
    resolved = Answer("outcome:resolved", "s1", "Visited.")
    story.keep(proposals.propose(story.case, line_managers(story)[0], resolved, story.moment()))
    for who in line_managers(story):
        story.keep(answers.hear(story.case, who, resolved, story.moment()))
    return story


def closed() -> Story:
    story = agreed()
    story.keep(messages.put_to_a_person(story.case, "m1", "no answer was found", story.case.raiser, (), story.moment()))
    for who in line_managers(story):
        story.keep(answers.hear(story.case, who, Answer("on_file", "case"), story.moment()))
    story.case = replace(story.case, shared=story.case.to_share)
    story.tells_the_raiser()
    story.keep(answers.hear(story.case, "p1", Answer("outcome:resolved", "s1", "Again."), story.moment()))
    return story


def disputed() -> Story:
    story = agreed()
    story.says("object", "Nothing was done.")
    return story


def line_managers(story: Story) -> list[str]:
    return [party.key for party in story.case.parties if party.role == "line_manager"]


def written_in() -> Story:
    """An e-mail in own words, with words of immediate harm; its raiser adds to it; somebody writes in their name."""
    arrival = Arrival("words", "m1", harm_words=("not safe tonight",), attachments=("notes.pdf",), also_to=("Leeds",))
    story = Story(replace(SUBMISSION, child="", other_agency="", other_email=""), arrival)
    soon = Unread("protects_by", "Is there a date by which this must be settled to protect the child?", "soon")
    facts: Facts = {"child": "A.B.", "area": ("plans",), "other_agency": "csc"}
    story.keep(adding.added(story.case, "m2", "p1", facts, (soon,), story.moment()))
    why, said = "Our mail server could not confirm the sender.", "RESOLVED: It is resolved"
    story.keep(messages.not_confirmed(story.case, "m3", story.case.raiser, why, said, "482913", story.moment()))
    return story


def supported() -> Story:
    """Business support pauses a case, hands a place over, and ends it."""
    story, order = Story(replace(SUBMISSION, starts_at="line_managers")), Order("Sal Okoro", "the court sits")
    story.keep(pausing.pause(story.case, date(2026, 12, 14), order, story.moment()))
    story.waits("pause")
    manager = line_managers(story)[0]
    newcomer = ("Nia Park", "nia.park@homerton.example")
    story.keep(handing_over.hand_over(story.case, manager, *newcomer, order, story.moment()))
    story.keep(ending.end_by_hand(story.case, "withdrawn", order, "", False, story.moment()))
    return story


STORIES: tuple[Callable[[], Story], ...] = (chased, decided, confidential, closed, disputed, written_in, supported)


def purposes_of_the_engine() -> set[str]:
    """The second argument of every `write(draft, …)`; where it is a name, the values that are passed for it."""
    found: set[str] = set()
    for path in (ROOT / "cases/verbs").glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            if isinstance(call.func, ast.Name) and call.func.id == "write":
                found |= _purpose(call.args[1], tree)
    return found


def _purpose(argument: ast.expr, tree: ast.Module) -> set[str]:
    if isinstance(argument, ast.Constant):
        return {str(argument.value)}
    assert isinstance(argument, ast.Name)
    within = next(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and argument in ast.walk(node))
    place = [each.arg for each in within.args.args].index(argument.id)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    passed = [call.args[place] for call in calls if isinstance(call.func, ast.Name) and call.func.id == within.name]
    return {str(each.value) for each in passed if isinstance(each, ast.Constant)}


def test_every_purpose_of_the_engine_has_templates_and_every_template_is_used() -> None:
    assert LETTERS.purposes() == purposes_of_the_engine() | WITHOUT_THE_ENGINE


@pytest.mark.parametrize("story", STORIES)
def test_every_letter_of_a_story_can_be_made_with_the_values_that_the_engine_gives(story: Callable[[], Story]) -> None:
    for letter in story().letters:
        raw = LETTERS.render(letter.purpose, letter.values, letter.offers, letter.name, letter.email, FRAME)
        subject = str(message_from_bytes(raw, policy=default)["Subject"])
        assert subject.startswith("[CHSCP-2026-0042] ")
        assert not any(word in subject for word in ("Dana", "Marcus", "A.B.", "Homerton", "Hackney", "Person"))


def test_the_stories_come_upon_every_purpose() -> None:
    found = {letter.purpose for story in STORIES for letter in story().letters}
    assert found == purposes_of_the_engine()


def test_nothing_of_a_confidential_case_but_the_part_let_through_reaches_the_other_side() -> None:
    for letter in confidential().letters:
        text = LETTERS.render(letter.purpose, letter.values, letter.offers, letter.name, letter.email, FRAME)
        if letter.to not in (BUSINESS_SUPPORT, "p1") and letter.purpose != "divert":
            assert b"Only the missed visit" in text
            assert b"closed without a visit" not in text


class Tags(HTMLParser):
    """The elements of a page with their attributes' names; line breaks within a text do not count."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, list[str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "br":
            self.found.append((tag, [name for name, _ in attrs]))


PIECES = (
    "\r\n", "\n", "\r", "\0", "Bcc: x@evil.example", f"--=_{FRAME.token}", "--", "<script>", "</td>", "<b x='", '"',
    "&lt;",
    "é", ".",
    "{{ 7 * 7 }}", "{% raw %}", "=?utf-8?q?=0D=0A?=", "\u2028", "\u202e", "\ud800", "<!--", "]]>",
)  # fmt: skip
HOSTILE = st.text(min_size=1) | st.lists(st.sampled_from(PIECES), min_size=1).map("".join)


OURS = (
    "reference",
    "due",
    "kind",
    "harm_cited",
    "cited",
    "ended",
    "meeting",
)  # what the engine and the policy alone write
ONE_OF_EACH = {letter.purpose: letter for story in STORIES for letter in story().letters}


def planted(value: Any, text: str, name: str = "") -> Any:
    """The value with this text in every place that a person may have written."""
    if name in OURS:
        return value
    if isinstance(value, str):
        return f"x{text}x" if value else value
    if isinstance(value, Mapping):
        return {key: planted(each, text, key) for key, each in value.items()}
    return [planted(each, text) for each in value] if isinstance(value, list) else value


def made(letter: Letter, text: str) -> tuple[EmailMessage, list[tuple[str, list[str]]]]:
    values = planted(letter.values, text)
    message = message_from_bytes(
        LETTERS.render(letter.purpose, values, letter.offers, text, letter.email, FRAME), policy=default
    )
    assert isinstance(message, EmailMessage)
    page = message.get_body(("html",))
    assert page is not None
    return message, Tags(str(page.get_content())).found


@pytest.mark.parametrize("purpose", sorted(ONE_OF_EACH))
@settings(deadline=None, max_examples=25)
@given(text=HOSTILE)
def test_no_text_in_any_value_adds_a_header_a_part_or_a_tag(purpose: str, text: str) -> None:
    expected, tags = made(ONE_OF_EACH[purpose], "")
    found, found_tags = made(ONE_OF_EACH[purpose], text)
    assert found.keys() == expected.keys()
    assert found["Subject"] == expected["Subject"]
    assert [part.get_content_type() for part in found.walk()] == [part.get_content_type() for part in expected.walk()]
    assert found_tags == tags
