"""Where a case can go under a policy: is every stage reached, and does every path end?"""

from collections.abc import Iterator, Mapping

from cases.policy import Policy
from cases.stages import Stage

Ways = Mapping[str, frozenset[str]]


def next_stages(policy: Policy, stage: Stage) -> Iterator[Stage]:
    """The stages that a case may be brought to when this one ends; a key that names no stage is passed over."""
    for key in _named(policy, stage):
        if key in policy.stages:
            yield policy.stages[key]


def goes_on(policy: Policy, stage: Stage) -> bool:
    """Whether the stage may end without being resolved, so that it needs a stage to go to."""
    return any(effect in ("unresolved", "leaves_tiers") for effect in _effects(policy, stage))


def unreached(policy: Policy) -> list[Stage]:
    """The stages that no case can come to from the start of a track that somebody may open."""
    ways = _triggered(policy)
    first = [track.stages[0].key for track in policy.tracks if track.opened_by]
    found = {key for start in first for key in reached(ways, start) | {start}}
    return [stage for stage in policy.stages.values() if stage.key not in found]


def endless(policy: Policy) -> list[Stage]:
    """The stages from which no path leads to an end."""
    ways = _ways(policy)
    ending = {key for key, stage in policy.stages.items() if {"resolves", "ends"} & set(_effects(policy, stage))}
    return [stage for key, stage in policy.stages.items() if not (reached(ways, key) | {key}) & ending]


def can_follow(policy: Policy, earlier: str, later: str) -> bool:
    """Whether a case that was at the earlier stage can come to the later one."""
    return later in reached(_triggered(policy), earlier)


def reached(ways: Ways, start: str) -> frozenset[str]:
    """Every stage that can be come to after this one; itself only where a path leads back to it."""
    found: set[str] = set()
    waiting = list(ways[start])
    while waiting:
        if (key := waiting.pop()) not in found:
            found.add(key)
            waiting.extend(ways[key])
    return frozenset(found)


def _ways(policy: Policy) -> dict[str, frozenset[str]]:
    """Where each stage goes by its own end."""
    return {key: frozenset(each.key for each in next_stages(policy, stage)) for key, stage in policy.stages.items()}


def _triggered(policy: Policy) -> dict[str, frozenset[str]]:
    """The same with the triggers: a stage that has its own may be come to from any that is not outside."""
    own = {key for key, stage in policy.stages.items() if any(trigger.on != "unresolved" for trigger in stage.triggers)}
    return {key: ways if policy.stages[key].outside else ways | own - {key} for key, ways in _ways(policy).items()}


def _named(policy: Policy, stage: Stage) -> Iterator[str]:
    outcomes = (policy.outcomes[key] for key in stage.outcomes if key in policy.outcomes)
    yield from (outcome.to for outcome in outcomes if outcome.effect == "goes_to" and outcome.to)
    if goes_on(policy, stage):
        yield from (branch.to for branch in stage.branches)
        if stage.then is not None:
            yield stage.then
        elif following := policy.after(stage.key):
            yield following.key


def _effects(policy: Policy, stage: Stage) -> list[str]:
    return [policy.outcomes[key].effect for key in stage.outcomes if key in policy.outcomes]
