"""What a stage of a policy may say: who acts, by when, what is asked, and how it may end.

Data only, one class for each thing that a policy file may hold; `cases.policy` puts the whole together. Each rule bears
its `source`: the clause, and the basis on which a letter may cite it (S: the source says it; R: our reading of it;
C: the partnership's own choice in this service).
"""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Word = Annotated[str, Field(pattern=r"^[A-Z0-9]+( [A-Z0-9]+)*$", max_length=40)]
Condition = Mapping[Key, tuple[str, ...]]
Side = Literal["raising", "receiving"]


class Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(Data):
    """Where a rule comes from. Only basis S is cited as the policy; R as our reading; C never as policy."""

    clause: str
    basis: Literal["S", "R", "C"]

    @property
    def cited(self) -> str:
        """How a letter names it, e.g. "policy 2.6", "as we read 2.6", "this service's own setting"."""
        return {"S": f"policy {self.clause}", "R": f"as we read {self.clause}", "C": "this service's own setting"}[
            self.basis
        ]


class Rule(Data):
    """A sentence of the policy in our own words, with its source."""

    says: str
    source: Source


class Tell(Data):
    """Somebody who is told of something but is not asked to act (e.g. chscp 2.6)."""

    role: Key
    side: Side | None = None
    when: Condition = Field(default_factory=dict)
    encloses: str | None = None  # what goes with it, e.g. a form filled in from the record
    source: Source


class Limit(Data):
    """How long something may take: exactly one of these keys. Nothing is invented where the policy gives no number.

    `none` and `without_delay` hold the policy's own state of affairs in words; the chase interval then stands in,
    and is named as this service's own setting.
    """

    none: str | None = None
    without_delay: str | None = None
    working_days: int | None = Field(default=None, ge=1)
    calendar_days: int | None = Field(default=None, ge=1)
    hours: int | None = Field(default=None, ge=1)
    stated_in: Key | None = None  # the date given in answer to this question
    stated_by: Side | None = None  # the date that this side states for the stage
    agreed_by: Literal["both"] | None = None
    earliest_of: tuple["Limit", ...] | None = None
    by_answer: "ByAnswer | None" = None
    said_as: str | None = None  # the policy's own words for the number, e.g. "one working week"

    @model_validator(mode="after")
    def _exactly_one(self) -> "Limit":
        given = [name for name in type(self).model_fields if name != "said_as" and getattr(self, name) is not None]
        if len(given) != 1:
            found = "none of them" if not given else " and ".join(given)
            raise ValueError(f"a limit takes exactly one of its kinds; this one has {found}")
        return self


class ByAnswer(Data):
    """A limit that depends on the answer to a question, e.g. how urgent it is."""

    question: Key
    limits: Mapping[Key, Limit]


class Timescale(Data):
    """Who must do what by when, from which event. Guide, binding and chosen are different kinds and worded so."""

    key: Key
    of: tuple[Side | Literal["decider"], ...]
    deliverable: str
    limit: Limit
    starts: Literal["received", "stage_start"] | Key = "stage_start"
    kind: Literal["guide", "binding", "chosen"]
    met_by: Literal["answer", "raising"] = "answer"  # raising: the case itself meets it, late or not
    chase: Key
    source: Source


class Step(Data):
    """One rung of a chase ladder, counted from the due date in working days (negative: before it)."""

    working_days: int
    does: tuple[Literal["remind", "chase", "tell_business_support", "propose_move", "move"], ...]


class Chase(Data):
    """A ladder of chases: settings of the partnership, never the policy.

    `interval` (working days) is when a clock without a number of its own comes due; after the last step the last
    one is repeated every `repeats` working days.
    """

    interval: int = Field(ge=1)
    steps: tuple[Step, ...] = Field(min_length=1)
    repeats: int = Field(ge=1)


class Outcome(Data):
    """A way in which a stage may end. The word is what a person puts on the first line of a reply."""

    word: Word
    title: str
    effect: Literal["resolves", "unresolved", "leaves_tiers", "goes_to", "ends"]
    to: Key | None = None
    source: Source | None = None


class Request(Data):
    """Something asked of a side or a role in writing: asked, chased, never a lock."""

    key: Key
    title: str
    asks: str
    of: tuple[str, ...]
    at: Literal["start", "end"] = "start"
    chase: Key
    source: Source


class Way(Data):
    """One of several ways in which the decider may take a stage, e.g. a panel."""

    key: Key
    word: Word
    title: str
    asks: str
    convenes: tuple[Tell, ...] = ()
    requests: tuple[Request, ...] = ()
    source: Source


class Acts(Data):
    """Who acts in a stage: a role on each side, and where the policy has one, a person who decides.

    `through` takes the matter to the person who decides (e.g. a board's own manager).
    """

    raising: Key
    receiving: Key
    decides: Key | None = None
    through: Key | None = None


class Expectation(Data):
    """A stage that should be on record before this one. Without it: asked why; a named person may go on (a should)."""

    stage: Key
    says: str
    source: Source


class Trigger(Data):
    """What may bring a case here besides the previous stage ending unresolved."""

    on: Literal["unresolved", "policy_issue", "similar_cases", "judgement"]
    says: str
    count: int | None = Field(default=None, ge=2)
    source: Source


class Branch(Data):
    """Where an unresolved case goes when the facts suggest it: proposed, confirmed by a person."""

    when: Condition
    to: Key
    source: Source


class Outside(Data):
    """A stage that ends outside this service: what is handed over to whom, and how the end comes back."""

    to: str
    hands_over: str
    comes_back: str


class Stage(Data):
    key: Key
    label: str
    title: str
    word: Word
    asks: str
    acts: Acts
    tiers: tuple[Acts, ...] = ()
    tells: tuple[Tell, ...] = ()
    considers: tuple[Rule, ...] = ()
    expects: tuple[Expectation, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    ways: tuple[Way, ...] = ()
    requests: tuple[Request, ...] = ()
    outcomes: tuple[Key, ...]
    timescales: tuple[Timescale, ...] = Field(min_length=1)
    branches: tuple[Branch, ...] = ()
    then: Key | None = None
    outside: Outside | None = None
    source: Source

    def acts_at(self, tier: int) -> Acts:
        """Who acts at a tier; tier 0 is the stage itself."""
        return self.acts if tier == 0 else self.tiers[tier - 1]

    def way(self, key: str) -> Way:
        return next(way for way in self.ways if way.key == key)


class Track(Data):
    """A ladder of stages, and which roles may open a case on it."""

    key: Key
    title: str
    opened_by: tuple[Key, ...]
    stages: tuple[Stage, ...] = Field(min_length=1)
    source: Source
