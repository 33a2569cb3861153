"""What the demonstration's JSON holds. The descriptions are shown at /demo/api."""

from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


class OfferedAnswer(BaseModel):
    """One of the answers that a letter offers."""

    word: str = Field(description="Goes on the first line of the reply", examples=["RESOLVED"])
    title: str = Field(description="What the word means")
    needs: list[str] = Field(description="What has to come with it: a date after the word, a text on the lines below")


class Letter(BaseModel):
    """A letter in the post room."""

    id: str = Field(examples=["000004-1f0e2d3c"])
    at: datetime = Field(description="When it was sent, in the demonstration's time")
    to: str = Field(description="The address that it went to")
    name: str = Field(description="Who that is")
    title: str = Field(description="In which role, where the letter belongs to a case")
    agency: str
    subject: str
    purpose: str = Field(description="What kind of letter it is", examples=["stage"])
    partnership: str
    case: str = Field(description="The case's reference; empty where there is none", examples=["CHSCP-2026-0001"])
    standing: Literal["waits", "may", "answered", "again", "over", "nothing"] = Field(
        description="waits for an answer; may be answered; was answered; was asked again in a later letter; "
        "is needed no more (over); asks nothing"
    )
    code: str = Field(description="The six digits that it brings; empty where there are none")
    answers: list[OfferedAnswer] = Field(description="The offered answers that can still be given")
    page: str = Field(description="The letter's own page, for answering in a browser; empty where there is none")
    text: str = Field(description="What the letter says")


class Reply(BaseModel):
    """A reply to a letter, written as its recipient would write it."""

    model_config = ConfigDict(extra="forbid")

    letter: str = Field(description="The letter's id", examples=["000004-1f0e2d3c"])
    text: str = Field(
        description="The reply: an offered word on the first line (with its date, where it needs one), words below",
        min_length=1,
        max_length=20_000,
        examples=["RESOLVED\n\nWe met on Monday and agreed a joint visit."],
    )


class Became(BaseModel):
    """What became of a mail."""

    mail: str = Field(description="The mail's id")
    state: str = Field(
        description="answered: recorded; tray: a person has to read it; filed: kept, and changes nothing"
    )
    why: str
    letters: list[str] = Field(description="Ids of the letters that went out in consequence")


class Happened(BaseModel):
    """Something that happened to a case, or will."""

    at: datetime
    case: str = Field(description="The case's reference; empty where no case is concerned")
    words: str


class Time(BaseModel):
    """The demonstration's time."""

    now: datetime
    local: str = Field(description="The same in words", examples=["Friday 4 December 2026, 9:05am"])
    next: Happened | None = Field(description="The next thing that happens by itself")


class Move(BaseModel):
    """Where to move the time to: exactly one of the three."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"to": "next"}})

    to: Literal["next"] | AwareDatetime | None = Field(
        None, description="next, for the next thing that happens, or a time such as 2026-12-04T09:00:00Z"
    )
    hours: float | None = Field(None, gt=0, le=87_840, description="This many hours on")
    days: float | None = Field(None, gt=0, le=3_660, description="This many days on")


class Journey(Time):
    """A move of the time, and what happened on the way."""

    start: datetime = Field(description="The time before the move")
    happened: list[Happened]
    letters: list[str] = Field(description="Ids of the letters that went out, in order")


class Problem(BaseModel):
    """What was wrong, and what to do about it."""

    detail: str
