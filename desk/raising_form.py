"""The practitioner's form, as the desk needs it. `intake` has it, and wiring hands it over."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from cases.directory.directory import Directory
from cases.policy import Policy
from cases.submission import Submission
from web.fields import Field
from web.forms import Filled, Form


class Part(Protocol):
    """A part of the form: its heading, a few words below it, and its questions."""

    @property
    def title(self) -> str: ...
    @property
    def fields(self) -> Sequence[Field]: ...
    @property
    def words(self) -> str: ...


class RaisingForm(Protocol):
    def parts(self, policy: Policy, directory: Directory) -> Sequence[Part]: ...
    def form_of(self, parts: Iterable[Part]) -> Form: ...
    def checked(self, policy: Policy, filled: Filled) -> Filled: ...
    def submission(self, policy: Policy, filled: Filled) -> Submission: ...
    def new_words(self, text: str) -> str:
        """What the sender of a mail wrote anew: without the older mail that it quotes."""
        ...
