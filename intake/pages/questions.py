"""From a policy to the questions of its form, and from a filled-in form to a submission."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from cases.case import Case
from cases.directory.directory import Directory
from cases.policy import Diversion, Facts, Policy, Question, Signpost
from cases.submission import Submission
from web.fields import Field, Kind, Option
from web.forms import Filled, Form

YES_NO = (Option("yes", "Yes"), Option("no", "No"))
CONCERN = Field(
    "concern",
    "What is the concern?",
    "textarea",
    required=True,
    rows=8,
    missing="Write a few words on what the concern is",
    hint="Use the child's initials, not the full name.",
)
_KINDS: dict[str, Kind] = {
    "text": "text",
    "long": "textarea",
    "choice": "radios",
    "choices": "checkboxes",
    "date": "date",
    "yes_no": "radios",
}
_CHILD = (
    Field(
        "child",
        "The child's initials",
        width=10,
        longest=20,
        hint="Please do not write the full name. If it is about several children, give the initials of each.",
    ),
    Field(
        "child_numbers",
        "Case numbers that your agencies use for the child",
        hint="They help others find the right child.",
    ),
)
_OTHER_PERSON = (
    Field("other_name", "Name of the practitioner there", hint="Leave it empty if you do not know."),
    Field("other_email", "Their e-mail address", "email", hint="Leave it empty if you do not know."),
)


AGENCIES = {"agency": "Your agency", "other_agency": "The other agency"}


class Section(NamedTuple):
    """A part of the form: its heading, a few words below it, and its questions."""

    title: str
    fields: tuple[Field, ...]
    words: str = ""


def sections(policy: Policy, directory: Directory, *, harm: bool = False) -> list[Section]:
    """The whole form. With immediate harm nothing is needed besides the address."""
    return [
        Section("Is the child safe now?", (_yes_no("harm", policy.entry.immediate_harm.question),)),
        Section(
            "Is this the right place?",
            tuple(_asides(policy)),
            "Some matters have a way of their own. You can still go on from here.",
        ),
        Section("You", tuple(_you(directory))),
        Section("The other agency", tuple(_other_agency(directory))),
        Section("The child", _CHILD, "Only what others need to find the right child."),
        Section("The concern", (replace(CONCERN, required=not harm), *_wanted(), *_own_questions(policy))),
        Section("How far it has come", tuple(_how_far(policy))),
    ]


def form_of(parts: Iterable[Section]) -> Form:
    return Form([field for part in parts for field in part.fields])


def submission(policy: Policy, filled: Filled) -> Submission:
    """What the person sent; what was left empty is empty."""
    stage = _text(filled, "starts_at")
    return Submission(
        email=_text(filled, "email"),
        name=_text(filled, "name"),
        job=_text(filled, "job"),
        phone=_text(filled, "phone"),
        agency=_agency(filled, "agency"),
        other_agency=_agency(filled, "other_agency"),
        other_name=_text(filled, "other_name"),
        other_email=_text(filled, "other_email"),
        child=_text(filled, "child"),
        child_numbers=_text(filled, "child_numbers"),
        concern=_text(filled, "concern"),
        wanted=_text(filled, "wanted"),
        starts_at=stage,
        track=_text(filled, "track") or (policy.track_of(stage).key if stage else ""),
        immediate_harm=_text(filled, "harm") == "yes",
        diversions=tuple(each.key for each in _answered_yes(filled, policy.entry.diversions)),
        signposts=tuple(each.key for each in _answered_yes(filled, policy.entry.signposts)),
        answers=facts(filled, policy.entry.questions),
    )


def checked(policy: Policy, filled: Filled) -> Filled:
    """The filled-in form with what only the answers together can show to be wrong."""
    for name in ("agency", "other_agency"):
        if filled.shown(name) and filled.shown(f"{name}_written"):
            filled = filled.with_problem("Choose an agency from the list or write its name, not both", name)
    stage, track = filled.shown("starts_at"), filled.shown("track")
    if "starts_at" not in filled.problems and stage and track and policy.track_of(stage).key != track:
        filled = filled.with_problem("Choose a stage that belongs to what it is about", "starts_at")
    return filled


def advised(policy: Policy, filled: Filled) -> list[Diversion | Signpost]:
    """The matters of which the person said that they apply: what to know about each is shown before sending."""
    return [*_answered_yes(filled, policy.entry.diversions), *_answered_yes(filled, policy.entry.signposts)]


def missing(policy: Policy, directory: Directory, case: Case) -> Form:
    """The questions that are still open in a case: the raiser may answer them at any time."""
    core = [*_other_agency(directory), *_CHILD, CONCERN]
    unread = case.facts.get("unread", ())
    known = {key for key, value in case.facts.items() if value and key not in unread}
    fields = [replace(each, required=False) for each in core if each.name.removesuffix("_written") not in known]
    asked = [
        each
        for each in _asked(policy, case.track)
        if each.key not in known and (each.asked_until_given or each.key in unread)
    ]
    return Form([*fields, *(_field(policy, each) for each in asked)])


def open_labels(policy: Policy, sent: Submission) -> list[str]:
    """The questions that a submission leaves open, by label: the raiser is asked for them."""
    core = {"child": _CHILD[0].label, "other_agency": AGENCIES["other_agency"], "concern": CONCERN.label}
    asked = _asked(policy, sent.track or policy.tracks[0].key)
    labels = [label for name, label in core.items() if not getattr(sent, name)]
    return labels + [each.label for each in asked if each.asked_until_given and not sent.answers.get(each.key)]


def supplied(policy: Policy, filled: Filled) -> Facts:
    """What the raiser added, as facts of the case; only what was filled in."""
    names = ("other_name", "other_email", "child", "child_numbers", "concern")
    given = {name: _text(filled, name) for name in names} | {"other_agency": _agency(filled, "other_agency")}
    return {key: value for key, value in (given | dict(facts(filled, policy.entry.questions))).items() if value}


def facts(filled: Filled, questions: Iterable[Question]) -> Facts:
    """The answers to the policy's own questions, by key. A date is written as 2026-12-04."""
    found: dict[str, str | tuple[str, ...]] = {}
    for question in questions:
        value = filled.values.get(f"q_{question.key}")
        if value:
            found[question.key] = value if isinstance(value, str | tuple) else value.isoformat()
    return found


def _you(directory: Directory) -> Iterator[Field]:
    yield Field("name", "Your name", autocomplete="name")
    yield Field("job", "Your job", autocomplete="organization-title")
    yield Field(
        "email",
        "Your work e-mail address",
        "email",
        required=True,
        autocomplete="email",
        missing="Enter your work e-mail address: we cannot answer you without it",
        hint="This is needed. We send a code to it, so that nobody else can write in your name.",
    )
    yield Field("phone", "Your telephone number", autocomplete="tel", width=20)
    yield from _agency_fields(directory, "agency", AGENCIES["agency"])


def _other_agency(directory: Directory) -> Iterator[Field]:
    yield from _agency_fields(directory, "other_agency", AGENCIES["other_agency"])
    yield from _OTHER_PERSON


def _agency_fields(directory: Directory, name: str, label: str) -> Iterator[Field]:
    known = [Option(agency.key, agency.name) for agency in directory.agencies.values()]
    if known:
        yield Field(name, label, "select", options=known)
    written = f"{label}, if it is not in the list" if known else label
    yield Field(f"{name}_written", written, autocomplete="organization" if name == "agency" else "")


def _wanted() -> Iterator[Field]:
    yield Field("wanted", "What would you like to happen?", "textarea", rows=4)


def _asides(policy: Policy) -> Iterator[Field]:
    for diversion in policy.entry.diversions:
        yield _yes_no(f"aside_{diversion.key}", diversion.question)
    for signpost in policy.entry.signposts:
        yield _yes_no(f"aside_{signpost.key}", signpost.question)


def _own_questions(policy: Policy) -> Iterator[Field]:
    return (_field(policy, question) for question in policy.entry.questions)


def _field(policy: Policy, question: Question) -> Field:
    options = YES_NO if question.kind == "yes_no" else [Option(each.key, each.title) for each in question.options]
    only = [track.title for track in policy.tracks if track.key in question.tracks]
    hint = f"{question.hint} Only for: {'; '.join(only)}.".strip() if only else question.hint
    return Field(f"q_{question.key}", question.label, _KINDS[question.kind], hint, options)


def _how_far(policy: Policy) -> Iterator[Field]:
    several = len(policy.tracks) > 1
    if several:
        tracks = [Option(track.key, track.title, _opened_by(policy, track.opened_by)) for track in policy.tracks]
        yield Field("track", "What is it about?", "radios", options=tracks)
    stages = [
        Option(stage.key, f"{stage.label}: {stage.title}", track.title if several else "")
        for track in policy.tracks
        for stage in track.stages
    ]
    yield Field(
        "starts_at",
        "Which stage has it reached?",
        "radios",
        options=stages,
        hint="Leave it empty if nothing has been tried yet: it then begins at the first stage.",
    )


def _opened_by(policy: Policy, roles: Sequence[str]) -> str:
    return f"Raised by: {', '.join(policy.roles[role].title for role in roles)}"


def _asked(policy: Policy, track: str) -> Iterator[Question]:
    return (each for each in policy.entry.questions if not each.tracks or track in each.tracks)


def _answered_yes(filled: Filled, asides: Sequence[Diversion] | Sequence[Signpost]) -> list[Diversion | Signpost]:
    return [each for each in asides if filled.shown(f"aside_{each.key}") == "yes"]


def _yes_no(name: str, question: str) -> Field:
    return Field(name, question, "radios", options=YES_NO)


def _text(filled: Filled, name: str) -> str:
    return filled.text(name) if name in filled.values else ""


def _agency(filled: Filled, name: str) -> str:
    return _text(filled, name) or _text(filled, f"{name}_written")
