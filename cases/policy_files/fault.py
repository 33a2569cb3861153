"""What is wrong with a policy file, in words for the person who wrote it."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One fault: `line` counts from 1 (0 where the file as a whole is meant), `path` is dotted, e.g. `roles.iro.of`."""

    file: str
    line: int
    path: str
    what: str
    remedy: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}: {self.path}" if self.path else f"{self.file}:{self.line}"
        return f"{where}: {self.what} {self.remedy}".rstrip()


class PolicyError(ValueError):
    """A policy that cannot be used, with every fault that was found, in the order of the file."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        super().__init__("\n".join(str(fault) for fault in self.faults))
