"""Proves a policy sound before a case is opened under it: every key refers to something and every path ends.

What does not stop a policy from being used is in `cases.policy_files.warnings`.
"""

from collections.abc import Iterator, Mapping
from zoneinfo import ZoneInfo

from cases.policy import Policy, Question
from cases.policy_files import paths
from cases.policy_files.fault import Fault
from cases.policy_files.proof import Proof, answers_of
from cases.stages import Acts, Limit, Outcome, Request, Stage, Timescale

RESERVED = (".example", ".test")


def check(policy: Policy, file: str, lines: Mapping[str, int]) -> list[Fault]:
    """Every fault of a policy's meaning, in the order of the file; `lines` holds the line of each dotted path."""
    return sorted(set(_proved(policy, file, lines).faults))


def unknown_names(policy: Policy, file: str, lines: Mapping[str, int]) -> list[Fault]:
    """Only the keys that refer to nothing: these are certain also where the rest of a policy is not."""
    return _proved(policy, file, lines).unknown


def _proved(policy: Policy, file: str, lines: Mapping[str, int]) -> "_Proof":
    proof = _Proof(policy, file, lines)
    proof.partnership()
    proof.roles()
    proof.entry()
    proof.settings()
    for track in policy.tracks:
        at = f"tracks[{track.key}]"
        for index, role in enumerate(track.opened_by):
            proof.role(f"{at}.opened_by[{index}]", role)
        for stage in track.stages:
            proof.stage(f"{at}.stages[{stage.key}]", stage)
    if not proof.unknown:
        proof.ladders()
    return proof


class _Proof(Proof):
    def partnership(self) -> None:
        ours = self.policy.partnership
        name, at, domain = ours.inbox.partition("@")
        if not (name and at and domain) or "@" in domain or " " in ours.inbox:
            self.fault(
                "partnership.inbox", f"“{ours.inbox}” is not an address.", "Write it as name@partnership.example."
            )
        for path, host in (("inbox", domain), ("reply_domain", ours.reply_domain)):
            if host and not host.endswith(RESERVED):
                self.fault(
                    f"partnership.{path}",
                    f"“{host}” is not a made-up domain.",
                    "Policy files hold no live address: use one under .example; the real one stands in the settings.",
                )
        try:
            ZoneInfo(ours.time_zone)
        except (ValueError, OSError, KeyError):
            self.fault("partnership.time_zone", f"There is no time zone “{ours.time_zone}”.", "Use Europe/London.")

    def roles(self) -> None:
        for key, role in self.policy.roles.items():
            if role.proxy is None:
                continue
            self.role(f"roles.{key}.proxy", role.proxy, role.of)
            if role.proxy == key:
                self.fault(f"roles.{key}.proxy", f"`{key}` stands in for itself.", "Name another role, or none.")

    def entry(self) -> None:
        entry = self.policy.entry
        for index, tell in enumerate(entry.immediate_harm.tells):
            self.tell(f"entry.immediate_harm.tells[{index}]", tell)
        for each in entry.diversions:
            self.role(f"entry.diversions[{each.key}].decides", each.decides, "partnership")
            self.chase(f"entry.diversions[{each.key}].chase", each.chase)
        for index, flag in enumerate(entry.flags):
            self.condition(f"entry.flags[{index}].when", flag.when)
        for question in entry.questions:
            self.question(f"entry.questions[{question.key}]", question)
        keys = [("questions", each.key) for each in entry.questions]
        keys += [("diversions", each.key) for each in entry.diversions]
        keys += [("signposts", each.key) for each in entry.signposts]
        for index, (kind, key) in enumerate(keys):
            if key in [before for _, before in keys[:index]]:
                self.fault(f"entry.{kind}[{key}]", f"The key `{key}` is used twice on the form.", "Rename one.")

    def question(self, path: str, question: Question) -> None:
        offers = question.kind in ("choice", "choices")
        if offers and not question.options:
            self.fault(path, f"The question `{question.key}` is a {question.kind} without options.", "Add `options`.")
        if question.options and not offers:
            self.fault(
                path, f"A question of kind {question.kind} has no options.", "Take them out, or make it a choice."
            )
        for index, track in enumerate(question.tracks):
            self.known(f"{path}.tracks[{index}]", track, [each.key for each in self.policy.tracks], "track")

    def settings(self) -> None:
        self.chase("closing.on_file_chase", self.policy.closing.on_file_chase)
        for key, ladder in self.policy.chases.items():
            days = [step.working_days for step in ladder.steps]
            if days != sorted(set(days)):
                self.fault(
                    f"chases.{key}.steps",
                    "The steps are not in order of their days.",
                    "Each comes later than the last.",
                )
            if not any("chase" in step.does for step in ladder.steps):
                self.fault(f"chases.{key}.steps", "Nobody is chased by this ladder.", "Add `chase` to a step.")
        for key, outcome in self.policy.outcomes.items():
            self.outcome(f"outcomes.{key}", outcome)

    def outcome(self, path: str, outcome: Outcome) -> None:
        if outcome.to is not None:
            self.known(f"{path}.to", outcome.to, self.policy.stages, "stage")
        if (outcome.effect == "goes_to") != (outcome.to is not None):
            self.fault(path, "`effect: goes_to` and `to` belong together.", "Give both, or neither.")

    def stage(self, path: str, stage: Stage) -> None:
        self.acts(f"{path}.acts", stage.acts)
        self.decider(path, stage)
        for tier, acts in enumerate(stage.tiers):
            self.acts(f"{path}.tiers[{tier}]", acts)
        for index, tell in enumerate(stage.tells):
            self.tell(f"{path}.tells[{index}]", tell)
        for request in stage.requests:
            self.request(f"{path}.requests[{request.key}]", request)
        self.ways(path, stage)
        for timescale in stage.timescales:
            self.timescale(f"{path}.timescales[{timescale.key}]", timescale)
        self.outcomes(path, stage)
        self.links(path, stage)
        self.words(path, stage)

    def acts(self, path: str, acts: Acts) -> None:
        self.role(f"{path}.raising", acts.raising)
        self.role(f"{path}.receiving", acts.receiving)
        for name in ("decides", "through"):
            if role := getattr(acts, name):
                self.role(f"{path}.{name}", role, "partnership")
        if acts.through and not acts.decides:
            self.fault(f"{path}.through", "It is passed on, and nobody decides here.", "Add `decides`.")

    def request(self, path: str, request: Request) -> None:
        self.chase(f"{path}.chase", request.chase)
        for index, of in enumerate(request.of):
            if of not in ("raising", "receiving", "decider"):
                self.role(f"{path}.of[{index}]", of, "partnership")

    def ways(self, path: str, stage: Stage) -> None:
        for way in stage.ways:
            at = f"{path}.ways[{way.key}]"
            for index, tell in enumerate(way.convenes):
                self.tell(f"{at}.convenes[{index}]", tell)
            for request in way.requests:
                self.request(f"{at}.requests[{request.key}]", request)

    def decider(self, path: str, stage: Stage) -> None:
        requests = [*stage.requests, *(request for way in stage.ways for request in way.requests)]
        asked = [each.of for each in stage.timescales] + [each.of for each in requests]
        needed = bool(stage.ways) or any("decider" in of for of in asked)
        if needed and stage.acts.decides is None:
            self.fault(f"{path}.acts", f"Nobody decides in the stage `{stage.key}`.", "Name a role under `decides`.")

    def timescale(self, path: str, timescale: Timescale) -> None:
        self.chase(f"{path}.chase", timescale.chase)
        self.limit(f"{path}.limit", timescale.limit)
        if timescale.starts not in ("received", "stage_start"):
            self.date_question(f"{path}.starts", timescale.starts)

    def limit(self, path: str, limit: Limit) -> None:
        if limit.stated_in:
            self.date_question(f"{path}.stated_in", limit.stated_in)
        for index, each in enumerate(limit.earliest_of or ()):
            self.limit(f"{path}.earliest_of[{index}]", each)
        if not limit.by_answer:
            return
        at, key = f"{path}.by_answer", limit.by_answer.question
        if self.known(f"{at}.question", key, self.questions, "question"):
            offered = answers_of(self.questions[key])
            for answer, each in limit.by_answer.limits.items():
                self.known(f"{at}.limits.{answer}", answer, offered or [answer], f"answer to `{key}`")
                self.limit(f"{at}.limits.{answer}", each)
            if forgotten := [answer for answer in offered if answer not in limit.by_answer.limits]:
                self.fault(at, f"No limit is given for the answer `{forgotten[0]}`.", "Give one for each answer.")

    def outcomes(self, path: str, stage: Stage) -> None:
        for index, key in enumerate(stage.outcomes):
            self.known(f"{path}.outcomes[{index}]", key, self.policy.outcomes, "outcome")
        found = [self.policy.outcomes[key] for key in stage.outcomes if key in self.policy.outcomes]
        effects = {outcome.effect for outcome in found}
        if not stage.outcomes:
            self.fault(f"{path}.outcomes", "The stage has no outcome, so nobody can end it.", "Add at least one.")
        if "leaves_tiers" in effects and not stage.tiers:
            self.fault(
                f"{path}.outcomes",
                "An outcome leaves the tiers, and the stage has none.",
                "Add `tiers`, or take it out.",
            )
        if paths.goes_on(self.policy, stage) and not any(paths.next_stages(self.policy, stage)):
            self.fault(
                path,
                "An unresolved case has no stage to go to from here.",
                "Name one under `then`, or take the outcome out.",
            )
        if stage.outside and effects and "ends" not in effects:
            self.fault(
                path, "It ends outside this service, and no outcome says so.", "Add an outcome with `effect: ends`."
            )

    def links(self, path: str, stage: Stage) -> None:
        stages = self.policy.stages
        if stage.then is not None:
            self.known(f"{path}.then", stage.then, stages, "stage")
        for index, branch in enumerate(stage.branches):
            self.condition(f"{path}.branches[{index}].when", branch.when)
            self.known(f"{path}.branches[{index}].to", branch.to, stages, "stage")
        for index, expectation in enumerate(stage.expects):
            at = f"{path}.expects[{index}]"
            if self.known(f"{at}.stage", expectation.stage, stages, "stage") and not paths.can_follow(
                self.policy, expectation.stage, stage.key
            ):
                self.fault(at, f"`{expectation.stage}` can never come before this stage.", "Expect an earlier stage.")
        for index, trigger in enumerate(stage.triggers):
            if trigger.count is not None and trigger.on != "similar_cases":
                self.fault(f"{path}.triggers[{index}]", "Only similar cases are counted.", "Take `count` out.")

    def words(self, path: str, stage: Stage) -> None:
        """No two answers offered in one stage are the same word."""
        seen: dict[str, str] = {}
        for word, title in _offered(self.policy, stage):
            if seen.setdefault(word, title) != title:
                self.fault(
                    path, f"The word {word} is offered here for “{seen[word]}” and for “{title}”.", "Rename one."
                )

    def ladders(self) -> None:
        """Stage keys are unique in the policy, every stage is reached, and every path ends."""
        seen: set[str] = set()
        for track in self.policy.tracks:
            for stage in track.stages:
                if stage.key in seen:
                    at = f"tracks[{track.key}].stages[{stage.key}]"
                    self.fault(
                        at, f"Another track has a stage `{stage.key}` too.", "Each stage of a policy has its own key."
                    )
                seen.add(stage.key)
        for stage in paths.unreached(self.policy):
            self.fault(
                self.path_of(stage), f"No case can ever come to the stage `{stage.key}`.", "Name it where a stage ends."
            )
        for stage in paths.endless(self.policy):
            self.fault(
                self.path_of(stage), f"No path from `{stage.key}` ever ends.", "Add an outcome that resolves or ends."
            )

    def path_of(self, stage: Stage) -> str:
        return f"tracks[{self.policy.track_of(stage.key).key}].stages[{stage.key}]"


def _offered(policy: Policy, stage: Stage) -> Iterator[tuple[str, str]]:
    """The words that a person may be offered in a stage, each with what it stands for."""
    yield from (
        (policy.outcomes[key].word, policy.outcomes[key].title) for key in stage.outcomes if key in policy.outcomes
    )
    yield from ((way.word, way.title) for way in stage.ways)
    yield from ((each.word, each.title) for each in paths.next_stages(policy, stage))
