"""From the text of a policy file to plain data, with the line of everything in it.

YAML as people expect it: `no`, `on` and `2024-07-01` are text, only `true` and `false` are yes and no; a key given
twice, an alias or a tag is a fault (PyYAML alone takes them, and turns `no` into false).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from cases.policy_files.fault import Fault

Loc = tuple[str | int, ...]

TRUE_FALSE = re.compile(r"^(?:true|false)$")
WHOLE = re.compile(r"^-?(?:0|[1-9][0-9]{0,8})$")
DECIMAL = re.compile(r"^-?[0-9]{1,9}\.[0-9]{1,9}$")
NOTHING = re.compile(r"^(?:~|null|)$")

SYNTAX_REMEDIES = {
    "mapping values are not allowed": "A text that holds a colon followed by a space goes in quotation marks.",
    "found character '\\t'": "Indent with spaces, not with tabs.",
    "found unexpected end of stream": "A quotation mark or a bracket is opened here and never closed.",
    "expected <block end>": "Indent this line like those beside it, or close a quotation mark that is open above.",
    "expected ',' or": "Within brackets, quote a text that holds a comma, colon or question mark; close each bracket.",
    "could not find expected ':'": "A key is followed by a colon and a space.",
    "expected a single document": "Take out the line `---`: a file holds one policy.",
}


@dataclass(frozen=True, slots=True)
class Place:
    path: str
    line: int


@dataclass(slots=True)
class Written:
    """A file as it is written: its data, where each thing stands, and the faults of the writing itself."""

    file: str
    data: Any = None
    places: dict[Loc, Place] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    @property
    def lines(self) -> Mapping[str, int]:
        """The line of each path; of a path that is there twice, the first."""
        return {place.path: place.line for place in reversed(self.places.values())}

    def path(self, loc: Loc) -> str:
        """The dotted path of a place, also of a key that is missing there."""
        if loc in self.places:
            return self.places[loc].path
        parent = self.places[loc[:-1]].path
        return f"{parent}.{loc[-1]}" if parent else str(loc[-1])

    def fault(self, line: int, path: str, what: str, remedy: str) -> None:
        self.faults.append(Fault(self.file, line, path, what, remedy))


def read_yaml(text: str, file: str) -> Written:
    """Read the text; faults are in the answer, never raised. Where the syntax is broken there is no data."""
    written = Written(file)
    loader = None
    try:
        loader = _Loader(text, written)
        node = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        _syntax(written, error)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        written.fault(line, "", "A character stands here that no text file should hold.", "Delete it.")
    else:
        if node is None:
            written.fault(1, "", "The file is empty.", "Begin with a copy of another policy.")
        else:
            written.data = _data(written, node, (), "", _line(node))
    finally:
        if loader:
            loader.dispose()
    return written


class _Loader(yaml.SafeLoader):
    """Knows true, false, whole and decimal numbers, and nothing; all else is text."""

    yaml_implicit_resolvers: dict[str, Any] = {}

    def __init__(self, text: str, written: Written) -> None:
        super().__init__(text)
        self.written = written

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Note an alias or a tag, and read on as if it were not there."""
        peek: Callable[[], Any] = self.peek_event
        take: Callable[[], Any] = self.get_event
        event = peek()
        start, end = event.start_mark, event.end_mark
        line = start.line + 1
        if isinstance(event, yaml.AliasEvent):
            self.written.fault(
                line, "", f"`*{event.anchor}` repeats another part of the file.", "Write it out instead."
            )
            take()
            return yaml.ScalarNode("tag:yaml.org,2002:null", "", start, end)
        if event.tag:
            self.written.fault(line, "", f"`{event.tag}` is a tag, and policy files have none.", "Take it out.")
            event.tag = None
        return super().compose_node(parent, index)


for _kind, _pattern, _first in (
    ("bool", TRUE_FALSE, "tf"),
    ("int", WHOLE, "-0123456789"),
    ("float", DECIMAL, "-0123456789"),
    ("null", NOTHING, ["~", "n", ""]),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_kind}", _pattern, list(_first))


def _data(written: Written, node: yaml.Node, loc: Loc, path: str, line: int) -> Any:
    written.places[loc] = Place(path, line)
    if isinstance(node, yaml.MappingNode):
        return _mapping(written, node, loc, path)
    if isinstance(node, yaml.SequenceNode):
        return _list(written, node, loc, path)
    return _scalar(node)


def _mapping(written: Written, node: yaml.MappingNode, loc: Loc, path: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    seen: dict[str, int] = {}
    for key_node, value in node.value:
        key, line = key_node.value, _line(key_node)
        if not isinstance(key, str):
            written.fault(line, path, "A list or a set of keys stands where a key should.", "A key is one word.")
            continue
        below = f"{path}.{key}" if path else key
        if key in seen:
            written.fault(
                line,
                below,
                f"The key `{key}` is given twice; it stands on line {seen[key]} already.",
                "Keep one of the two.",
            )
            continue
        seen[key] = line
        found[key] = _data(written, value, (*loc, key), below, line)
    return found


def _list(written: Written, node: yaml.SequenceNode, loc: Loc, path: str) -> list[Any]:
    found: list[Any] = []
    seen: dict[str, int] = {}
    for index, value in enumerate(node.value):
        name, line = _own_key(value), _line(value)
        if name and name in seen:
            written.fault(
                line,
                path,
                f"Two entries of this list have the key `{name}`; the first is on line {seen[name]}.",
                "Rename one.",
            )
        elif name:
            seen[name] = line
        found.append(_data(written, value, (*loc, index), f"{path}[{name or index}]", line))
    return found


def _own_key(node: yaml.Node) -> str | None:
    """What an entry of a list calls itself, for its path."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return next((value.value for key, value in pairs if key.value == "key" and isinstance(value.value, str)), None)


def _scalar(node: yaml.Node) -> Any:
    text: str = node.value
    match node.tag.rpartition(":")[2]:
        case "bool":
            return text == "true"
        case "int":
            return int(text)
        case "float":
            return float(text)
        case "null":
            return None
        case _:
            return text


def _syntax(written: Written, error: yaml.MarkedYAMLError) -> None:
    problem = error.problem or "this cannot be read"
    whole = f"{error.context} {problem}"
    remedy = next(
        (said for holds, said in SYNTAX_REMEDIES.items() if holds in whole), "Compare it with another policy."
    )
    never_closed = "end of stream" in problem and error.context_mark
    mark = error.context_mark if never_closed else error.problem_mark
    written.fault(
        mark.line + 1 if mark else 1, "", f"The file is not valid YAML here: {problem.removeprefix('but ')}.", remedy
    )


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1
