"""A partnership's policy as data: its paper, its form, its stages, and the questions that a decision asks of it.

A policy is read by `cases.policy_files.reading`, which names every fault with its line. Nothing here knows any one
partnership: roles, stages, questions and words are all data.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from cases.stages import Chase, Condition, Data, Key, Outcome, Rule, Source, Stage, Tell, Track

Facts = Mapping[str, str | tuple[str, ...]]


class Role(Data):
    """Who somebody is in a case. `of` says whether each agency has one, or the partnership as a whole."""

    title: str
    of: Literal["agency", "partnership"]
    proxy: Key | None = None


class Option(Data):
    key: Key
    title: str


class Question(Data):
    """One question of the form. `asked_until_given`: a case opens without it, and the raiser is asked for it.

    `tracks`: the tracks on which it is asked; none named, on all of them.
    """

    key: Key
    label: str
    hint: str = ""
    kind: Literal["text", "long", "choice", "choices", "date", "yes_no"]
    options: tuple[Option, ...] = ()
    tracks: tuple[Key, ...] = ()
    asked_until_given: bool = False
    source: Source


class ImmediateHarm(Data):
    question: str
    advice: str
    tells: tuple[Tell, ...]
    source: Source


class Diversion(Data):
    """A matter that another procedure may take over: nobody but the raiser and the decider is written to.

    `handling` is what this service does with it, shown with the advice, with a source of its own.
    """

    key: Key
    question: str
    advice: str
    handling: Rule | None = None
    decides: Key
    chase: Key
    source: Source


class Signpost(Data):
    """A matter that another procedure may suit better; the person may still go on."""

    key: Key
    question: str
    advice: str
    source: Source


class Flag(Data):
    """An answer on which business support is told at once, and what it is told."""

    when: Condition
    says: str
    source: Source


class Entry(Data):
    """What is asked when a case is raised."""

    immediate_harm: ImmediateHarm
    diversions: tuple[Diversion, ...] = ()
    signposts: tuple[Signpost, ...] = ()
    questions: tuple[Question, ...]
    flags: tuple[Flag, ...] = ()
    within_one_agency: Literal["allowed", "signposted"]


class Closing(Data):
    """What must be so before a case closes: the raiser told and not objecting, the file noted, the record shared."""

    objection_working_days: int = Field(ge=1)
    objection_source: Source
    on_file: str
    on_file_chase: Key
    on_file_source: Source
    records: tuple[Rule, ...] = ()
    sharing: Rule


class Partnership(Data):
    key: Key
    name: str
    short_name: str
    reference_prefix: Annotated[str, Field(pattern=r"^[A-Z]{2,8}$")]
    inbox: str
    reply_domain: str
    time_zone: str = "Europe/London"
    calendar: Literal["england"] = "england"


class Document(Data):
    """The policy as a paper: what it is called, how old it is, and what belongs with it."""

    title: str
    version: str
    dated: str
    review_by: date | None = None
    owner: str | None = None
    superseded: str | None = None
    belongs_with: tuple[Rule, ...] = ()
    principles: tuple[Rule, ...] = ()
    advice: tuple[Rule, ...] = ()  # named in every letter that asks for something
    notes: tuple[Rule, ...] = ()  # readings and choices that have no place of their own, for the sign-off
    missing: tuple[str, ...] = ()  # what the source refers to and does not hold


class Policy(Data):
    partnership: Partnership
    document: Document
    roles: Mapping[Key, Role]
    entry: Entry
    chases: Mapping[Key, Chase]
    outcomes: Mapping[Key, Outcome]
    tracks: tuple[Track, ...] = Field(min_length=1)
    closing: Closing

    def __hash__(self) -> int:
        return hash((self.partnership.key, self.document.dated))

    @cached_property
    def stages(self) -> Mapping[str, Stage]:
        """Every stage of every track by its key, which is unique in the policy."""
        return {stage.key: stage for track in self.tracks for stage in track.stages}

    def track_of(self, stage: str) -> Track:
        return next(track for track in self.tracks if any(each.key == stage for each in track.stages))

    def after(self, stage: str) -> Stage | None:
        """The stage that an unresolved case goes to next: the one named, else the next on the track."""
        if (named := self.stages[stage].then) is not None:
            return self.stages[named]
        ladder = self.track_of(stage).stages
        place = [each.key for each in ladder].index(stage)
        return ladder[place + 1] if place + 1 < len(ladder) else None

    def sources(self) -> Iterator[tuple[str, Source]]:
        """Every rule's source with the path to it, for the partnership's sign-off."""
        yield from _sources(self, "")


def applies(condition: Condition, facts: Facts) -> bool:
    """Whether the facts fulfil a condition: for each question named, one of the answers named was given."""
    return all(_given(facts.get(question, ())) & set(answers) for question, answers in condition.items())


def _given(answer: str | tuple[str, ...]) -> set[str]:
    return {answer} if isinstance(answer, str) else set(answer)


def _sources(node: object, path: str) -> Iterator[tuple[str, Source]]:
    if isinstance(node, Source):
        yield path, node
    elif isinstance(node, BaseModel):
        for name in type(node).model_fields:
            yield from _sources(getattr(node, name), f"{path}.{name}" if path else name)
    elif isinstance(node, Mapping):
        for key, value in node.items():
            yield from _sources(value, f"{path}.{key}")
    elif isinstance(node, tuple):
        for index, value in enumerate(node):
            yield from _sources(value, f"{path}[{getattr(value, 'key', index)}]")
