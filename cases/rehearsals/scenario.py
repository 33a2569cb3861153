"""A scenario: what somebody raises, what happens day by day, and what must follow. People write it in YAML.

Times are local to the partnership. Faults are named with their line, all at once.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from cases.directory.directory import Agency, Directory, Person
from cases.policy_files.yaml import Written, read_yaml

Local = Annotated[datetime, Field(description="local time, e.g. 2026-11-27 10:00")]
Given = Mapping[str, str | tuple[str, ...]]
SUPPORT_DOES = ("pauses_until", "resumes", "overrides", "takes_on", "hands_over", "withdraws")
Model = TypeVar("Model", bound=BaseModel)


class ScenarioError(ValueError):
    """The scenario cannot be read or played. Says why, and where."""


class Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Holder(Data):
    """Somebody in the directory. No agency for a role of the partnership as a whole."""

    role: str
    name: str
    email: str
    agency: str | None = None
    phone: str = ""


class Place(Data):
    key: str
    name: str
    domains: tuple[str, ...] = ()


class Form(Data):
    """What the raiser sends. `answers` are those to the policy's own questions."""

    email: str = ""
    name: str = ""
    job: str = ""
    phone: str = ""
    agency: str = ""
    other_agency: str = ""
    other_name: str = ""
    other_email: str = ""
    child: str = ""
    child_numbers: str = ""
    concern: str = ""
    wanted: str = ""
    starts_at: str = ""
    track: str = ""
    immediate_harm: bool = False
    diversions: tuple[str, ...] = ()
    signposts: tuple[str, ...] = ()
    answers: Given = Field(default_factory=dict)


class World(Data):
    """The made-up world that scenarios share: agencies, who holds which role, the partnership's own closures, and what
    the form holds where a scenario says nothing else."""

    business_support: str
    agencies: tuple[Place, ...]
    people: tuple[Holder, ...]
    closures: Mapping[date, str] = Field(default_factory=dict)
    form: Form = Form()


class Bounce(Data):
    letter: str
    to: str
    became: Literal["bounced", "refused", "delayed"] = "bounced"


class HandsOver(Data):
    """Another person takes somebody's place on the case."""

    place_of: str
    name: str
    email: str


class Event(Data):
    """Something that happens. Exactly one of: confirms, says, supplies, joins, mail, bounces, down_until, or what
    business support does, with `text` as the reason: pauses_until, resumes, overrides, takes_on, hands_over, withdraws.

    `overrides` names the outcome by its word; `takes_on` the stage by its label, or says "the next tier".
    """

    at: Local
    confirms: bool = False
    who: str = ""
    says: str = ""
    text: str = ""
    day: date | None = None
    by_telephone: bool = False
    supplies: Given = Field(default_factory=dict)
    joins: Holder | None = None
    mail: str = ""
    bounces: Bounce | None = None
    down_until: Local | None = None
    pauses_until: date | None = None
    resumes: bool = False
    overrides: str = ""
    takes_on: str = ""
    hands_over: HandsOver | None = None
    withdraws: bool = False

    @model_validator(mode="after")
    def _one_thing(self) -> "Event":
        kinds = ("confirms", "says", "supplies", "joins", "mail", "bounces", "down_until", *SUPPORT_DOES)
        if sum(bool(getattr(self, kind)) for kind in kinds) != 1:
            raise ValueError(f"an event is exactly one of: {', '.join(kinds)}")
        if any(getattr(self, kind) for kind in SUPPORT_DOES) and not self.text:
            raise ValueError("what business support does needs its reason as `text`")
        if bool(self.who) != bool(self.says or self.mail):
            raise ValueError("`who` goes with `says` or `mail`")
        return self


class Expected(Data):
    """Something that must follow. Exactly one of: letter, no_letter, clock, entry, no_entry, task, stage, status.

    `on` is the local day; without it any day will do. `stage` and `status` are what stands at the end of that day.
    """

    on: date | None = None
    letter: str = ""
    no_letter: str = ""
    clock: str = ""
    entry: str = ""
    no_entry: str = ""
    task: str = ""
    stage: str = ""
    status: str = ""
    to: str = ""
    cites: str = ""
    says: str = ""
    without: str = ""
    offers: tuple[str, ...] = ()
    times: int | None = None
    at: str = ""  # local hour and minute, e.g. "08:00"
    due: date | None = None
    tier: int = 1
    before: date | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> "Expected":
        kinds = ("letter", "no_letter", "clock", "entry", "no_entry", "task", "stage", "status")
        if sum(bool(getattr(self, kind)) for kind in kinds) != 1:
            raise ValueError(f"an expectation is exactly one of: {', '.join(kinds)}")
        if (self.stage or self.status) and not self.on:
            raise ValueError("`stage` and `status` need `on`: the day at whose end it stands so")
        return self


class Plot(Data):
    """A scenario as its file holds it; `world` names a file beside it."""

    title: str
    clauses: tuple[str, ...]
    world: str = "world.yaml"
    without: tuple[str, ...] = ()  # names of people who are not in the directory here
    raised: Local
    form: Form = Form()
    events: tuple[Event, ...] = ()
    until: Local
    expect: tuple[Expected, ...] = ()


@dataclass(frozen=True, slots=True)
class Scenario:
    plot: Plot
    world: World

    @property
    def directory(self) -> Directory:
        """The directory of the world, less those whom the scenario leaves out."""
        agencies = [Agency(each.key, each.name, each.domains) for each in self.world.agencies]
        people = [person(each) for each in self.world.people if each.name not in self.plot.without]
        return Directory(agencies, people, self.world.business_support)

    @property
    def form(self) -> Form:
        """The form as it was sent: the world's, with what this scenario says."""
        usual, own = self.world.form, self.plot.form
        answers = {**usual.answers, **own.answers}
        return Form(
            **(usual.model_dump(exclude_unset=True) | own.model_dump(exclude_unset=True) | {"answers": answers})
        )


def person(holder: Holder) -> Person:
    return Person(holder.role, holder.name, holder.email, holder.agency, holder.phone)


def read_scenario(path: Path) -> Scenario:
    """Read a scenario and its world. ScenarioError names every fault with its line."""
    plot = _read(path, Plot)
    return Scenario(plot, _read(path.parent / plot.world, World))


def _read(path: Path, model: type[Model]) -> Model:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioError(f"{path}: it cannot be read as a text in UTF-8: {error}") from error
    written = read_yaml(text, str(path))
    if written.faults:
        raise ScenarioError("\n".join(f"{path}:{each.line}: {each.what} {each.remedy}" for each in written.faults))
    try:
        return model.model_validate_json(json.dumps(written.data))
    except ValidationError as error:
        faults = error.errors(include_url=False)
        raise ScenarioError("\n".join(_fault(each, written) for each in faults)) from error


def _fault(error: ErrorDetails, written: Written) -> str:
    loc = error["loc"]
    while loc not in written.places:
        loc = loc[:-1]
    what = f"there is no key `{loc[-1]}` here" if error["type"] == "extra_forbidden" else error["msg"]
    name = ".".join(str(step) for step in error["loc"])
    return f"{written.file}:{written.places[loc].line}: {name}: {what}"
