"""The stages of a policy in a few words each, for the pages that say what will happen and where a case is. Pure."""

from dataclasses import dataclass

from cases.policy import Policy
from cases.stages import Acts, Limit, Stage


@dataclass(frozen=True, slots=True)
class DrawnStage:
    key: str
    label: str
    title: str
    who: str
    time: str


@dataclass(frozen=True, slots=True)
class DrawnTrack:
    key: str
    title: str
    stages: tuple[DrawnStage, ...]


def drawn(policy: Policy) -> list[DrawnTrack]:
    """Every track with its stages, in order."""
    return [
        DrawnTrack(track.key, track.title, tuple(_stage(policy, each) for each in track.stages))
        for track in policy.tracks
    ]


def _stage(policy: Policy, stage: Stage) -> DrawnStage:
    if stage.outside:
        return DrawnStage(
            stage.key, stage.label, stage.title, f"outside this service: {stage.outside.to}", _time(policy, stage)
        )
    tiers = [_who(policy, acts) for acts in (stage.acts, *stage.tiers)]
    return DrawnStage(stage.key, stage.label, stage.title, "; then ".join(tiers), _time(policy, stage))


def _who(policy: Policy, acts: Acts) -> str:
    """Who acts: the person who decides where there is one, else the two sides."""
    if acts.decides:
        return f"decided by the {policy.roles[acts.decides].title}"
    titles = [policy.roles[role].title for role in dict.fromkeys((acts.raising, acts.receiving))]
    return f"{titles[0]} on each side" if len(titles) == 1 else f"{titles[0]} and {titles[1]}"


def _time(policy: Policy, stage: Stage) -> str:
    timescale = stage.timescales[0]
    words = _limit(timescale.limit)
    if words:
        return f"{words}, as a guide" if timescale.kind == "guide" else words
    days = policy.chases[timescale.chase].interval
    return f"The policy gives no number of days; we write again after {days} working days."


def _limit(limit: Limit) -> str:
    """The limit in words; nothing where it holds no number."""
    if limit.said_as:
        return limit.said_as[:1].upper() + limit.said_as[1:]
    for count, unit in ((limit.working_days, "working day"), (limit.calendar_days, "day"), (limit.hours, "hour")):
        if count:
            return f"{count} {unit}{'' if count == 1 else 's'}"
    if limit.by_answer:
        return "Depends on how urgent it is"
    if limit.stated_by or limit.stated_in or limit.agreed_by:
        return "By a date that is stated for the case"
    return next((words for each in limit.earliest_of or () if (words := _limit(each))), "")
