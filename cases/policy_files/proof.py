"""The beginnings of a proof of a policy: a fault with its line, and whether a key refers to something."""

from collections.abc import Collection, Mapping
from difflib import get_close_matches

from cases.policy import Policy, Question
from cases.policy_files.fault import Fault
from cases.stages import Condition, Tell


class Proof:
    """Gathers the faults of one policy; `lines` holds the line of each dotted path."""

    def __init__(self, policy: Policy, file: str, lines: Mapping[str, int]) -> None:
        self.policy = policy
        self.file = file
        self.lines = lines
        self.faults: list[Fault] = []
        self.unknown: list[Fault] = []
        self.questions = {question.key: question for question in policy.entry.questions}

    def fault(self, path: str, what: str, remedy: str = "") -> None:
        at = path
        while at and at not in self.lines:
            at = at[: max(at.rfind("."), at.rfind("["), 0)]
        self.faults.append(Fault(self.file, self.lines.get(at, 0), path, what, remedy))

    def known(self, path: str, key: str, names: Collection[str], thing: str) -> bool:
        """Whether a key refers to something; where not, the nearest name or all of them are the remedy."""
        if key in names:
            return True
        near = get_close_matches(key, list(names), 1)
        self.fault(path, f"There is no {thing} `{key}`.", f"Did you mean `{near[0]}`?" if near else _named(names))
        self.unknown.append(self.faults[-1])
        return False

    def role(self, path: str, key: str, of: str | None = None) -> None:
        """A role exists, and is one of each agency, or of the partnership, as its place demands."""
        roles = self.policy.roles
        if self.known(path, key, roles, "role") and of and roles[key].of != of:
            needs = "one for the partnership as a whole" if of == "partnership" else "one of each agency"
            self.fault(path, f"The role `{key}` is of: {roles[key].of}, and here stands {needs}.", "Use another role.")

    def tell(self, path: str, tell: Tell) -> None:
        self.condition(f"{path}.when", tell.when)
        if not self.known(f"{path}.role", tell.role, self.policy.roles, "role"):
            return
        of = self.policy.roles[tell.role].of
        if of == "agency" and tell.side is None:
            self.fault(
                path,
                f"Each agency has a `{tell.role}`, and no side is named.",
                "Add `side: raising` or `side: receiving`.",
            )
        if of == "partnership" and tell.side is not None:
            self.fault(path, f"`{tell.role}` is of the partnership and on neither side.", "Take `side` out.")

    def condition(self, path: str, when: Condition) -> None:
        for key, answers in when.items():
            if not self.known(f"{path}.{key}", key, self.questions, "question"):
                continue
            offered = answers_of(self.questions[key])
            if self.questions[key].kind not in ("choice", "choices", "yes_no"):
                self.fault(f"{path}.{key}", f"The question `{key}` offers no answers to choose from.", "Use a choice.")
                continue
            for index, answer in enumerate(answers if offered else ()):
                self.known(f"{path}.{key}[{index}]", answer, offered, f"answer to `{key}`")

    def chase(self, path: str, key: str) -> None:
        self.known(path, key, self.policy.chases, "chase ladder")

    def date_question(self, path: str, key: str) -> None:
        if self.known(path, key, self.questions, "question") and self.questions[key].kind != "date":
            self.fault(path, f"The answer to `{key}` is no date.", "Name a question of `kind: date`.")


def answers_of(question: Question) -> tuple[str, ...]:
    """The answers that a question offers; none where it is answered in words or with a date."""
    return ("yes", "no") if question.kind == "yes_no" else tuple(option.key for option in question.options)


def _named(names: Collection[str]) -> str:
    return f"Known here: {', '.join(names)}." if names else "None is known here."
