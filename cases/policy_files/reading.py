"""Reads a partnership's policy from its file. A file that is wrong says everything that is wrong with it, at once."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from cases.policy import Policy
from cases.policy_files.check import unknown_names
from cases.policy_files.fault import Fault, PolicyError
from cases.policy_files.mend import mended
from cases.policy_files.words import in_plain_words
from cases.policy_files.yaml import Written, read_yaml


@dataclass(frozen=True, slots=True)
class LoadedPolicy:
    """A policy with the text it was read from, that text's SHA-256 (hex, of its UTF-8), and the line of each path."""

    policy: Policy
    text: str
    sha256: str
    file: str
    lines: Mapping[str, int]


def read_policy(path: Path) -> Policy:
    """Read one policy file. PolicyError names every fault with its line."""
    return load_policy(path).policy


def read_policies(folder: Path) -> dict[str, LoadedPolicy]:
    """Read every `*.yaml` of a folder, by the partnership's key. PolicyError names the faults of all the files."""
    loaded: list[LoadedPolicy] = []
    faults: list[Fault] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            loaded.append(load_policy(path))
        except PolicyError as error:
            faults.extend(error.faults)
    if not loaded and not faults:
        faults.append(
            Fault(str(folder), 0, "", "There is no policy file here.", "Put a .yaml file for each partnership.")
        )
    faults.extend(_shared(loaded))
    if faults:
        raise PolicyError(faults)
    return {each.policy.partnership.key: each for each in loaded}


def load_policy(path: Path) -> LoadedPolicy:
    """Read one policy file with its text and hash. PolicyError names every fault with its line."""
    name = str(path)
    try:
        text = path.read_bytes().decode()
    except OSError as error:
        raise PolicyError([Fault(name, 0, "", f"The file cannot be read: {error.strerror}.", "")]) from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise PolicyError([Fault(name, line, "", "The file is not UTF-8 here.", "Save it as UTF-8.")]) from error
    return _loaded(text, name)


def parse_policy(text: str, name: str) -> Policy:
    """A policy from its text, e.g. a version that the database holds; `name` stands for the file in the faults."""
    return _loaded(text, name).policy


def _loaded(text: str, name: str) -> LoadedPolicy:
    written = read_yaml(text, name)
    if written.data is None:
        raise PolicyError(written.faults)
    policy = _validated(written)
    return LoadedPolicy(policy, text, sha256(text.encode()).hexdigest(), name, written.lines)


def _validated(written: Written) -> Policy:
    """Strictly, so that no number is taken for a text nor a text for a number."""
    try:
        policy = Policy.model_validate_json(json.dumps(written.data), strict=True)
    except ValidationError as error:
        errors = error.errors(include_url=False)
        named = {fault.line for fault in written.faults if not fault.path}
        found = [fault for fault in in_plain_words(errors, written) if fault.line not in named]
        raise PolicyError([*written.faults, *found, *_dangling(errors, written)]) from error
    if written.faults:
        raise PolicyError(written.faults)
    return policy


def _dangling(errors: Sequence[ErrorDetails], written: Written) -> list[Fault]:
    """Keys that refer to nothing, told as far as they can be while the shape is wrong too."""
    found = mended(written, errors)
    if found is None:
        return []
    policy, paths = found
    return [fault for fault in unknown_names(policy, written.file, written.lines) if fault.path not in paths]


def _shared(loaded: list[LoadedPolicy]) -> list[Fault]:
    """What two partnerships of one installation may not share: cases would be told apart by nothing."""
    faults: list[Fault] = []
    for name in ("key", "reference_prefix", "inbox"):
        seen: dict[str, str] = {}
        for each in loaded:
            value = getattr(each.policy.partnership, name)
            first = seen.setdefault(value, each.file)
            if first != each.file:
                path = f"partnership.{name}"
                what = f"“{value}” is used by {first} too."
                faults.append(Fault(each.file, each.lines[path], path, what, "Each partnership needs its own."))
    return faults
