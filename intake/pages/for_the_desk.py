"""The practitioner's form for business support, who fill it in for somebody who wrote or rang."""

from collections.abc import Iterable, Sequence
from typing import Any

from cases.directory.directory import Directory
from cases.policy import Policy
from cases.submission import Submission
from intake.pages import questions
from intake.replies.new_text import new_text
from web.forms import Filled, Form


class FormForTheDesk:
    def parts(self, policy: Policy, directory: Directory) -> Sequence[questions.Section]:
        """Every part. What is missing may stay so: the raiser is asked for it."""
        return questions.sections(policy, directory, harm=True)

    def form_of(self, parts: Iterable[Any]) -> Form:
        return questions.form_of(parts)

    def checked(self, policy: Policy, filled: Filled) -> Filled:
        return questions.checked(policy, filled)

    def submission(self, policy: Policy, filled: Filled) -> Submission:
        return questions.submission(policy, filled)

    def new_words(self, text: str) -> str:
        return new_text(text).words
