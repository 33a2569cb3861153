"""HTML mail as plain text, with what its author marked as quoted turned into "> " lines. Pure.

Hidden text is shown and every style is ignored, so that people and software read the same words, and so that no style
can blow up the result. Tables are laid out as lines: in mail they hold pages, not figures.
"""

from collections.abc import Callable, Mapping
from typing import Any

from inscriptis import get_text
from inscriptis.css_profiles import STRICT_CSS_PROFILE
from inscriptis.html_properties import Display
from inscriptis.model.config import ParserConfig
from inscriptis.model.html_element import HtmlElement
from inscriptis.model.tag import CustomHtmlTagHandlerMapping

# Private-use letters stand for "a quotation begins" and "ends" until the text is split into lines.
_BEGINS, _ENDS = "\ue000", "\ue001"
_NOTHING_OF_OURS = {ord(_BEGINS): None, ord(_ENDS): None, 0: None}
_ROW = HtmlElement(display=Display.block)
_CSS = STRICT_CSS_PROFILE | dict.fromkeys(("table", "tr", "caption", "hr", "dt", "dd", "center", "form"), _ROW)
_PLAIN = ("table", "tr", "td", "th", "ul", "ol", "li")


def plain_text(html: str) -> str:
    """The words of an HTML page. Raises whatever the HTML library raises on hostile input."""
    shown = get_text(html.translate(_NOTHING_OF_OURS), _config())
    return "\n".join(_quoted(shown.splitlines()))


def _config() -> ParserConfig:
    opened: list[bool] = []
    begins: dict[str, Callable[[Any, Mapping[str, str]], None]] = dict.fromkeys(_PLAIN, _ignore_start)
    ends: dict[str, Callable[[Any], None]] = dict.fromkeys(_PLAIN, _ignore_end) | {"td": _gap, "th": _gap}

    def begin(state: Any, attributes: Mapping[str, str]) -> None:
        opened.append(_is_quotation(attributes))
        if opened[-1]:
            state.tags[-1].write_verbatim_text(_BEGINS)

    def end(state: Any) -> None:
        if opened.pop():
            state.tags[-1].write_verbatim_text(_ENDS)

    config = ParserConfig(
        css=_CSS,
        custom_html_tag_handler_mapping=CustomHtmlTagHandlerMapping(
            begins | {"blockquote": begin}, ends | {"blockquote": end}
        ),
    )
    config.attribute_handler.attribute_mapping = {}
    return config


def _is_quotation(attributes: Mapping[str, str]) -> bool:
    """A block quotation may also be the sender's own indented words."""
    marks = f"{attributes.get('class', '')} {attributes.get('style', '')}".lower()
    return attributes.get("type", "").lower() == "cite" or "quote" in marks or "border-left" in marks


def _ignore_start(state: Any, attributes: Mapping[str, str]) -> None:
    """The library's own layout of tables and lists is not wanted."""


def _ignore_end(state: Any) -> None:
    """See above."""


def _gap(state: Any) -> None:
    state.tags[-1].write(" ")


def _quoted(lines: list[str]) -> list[str]:
    depth, marked = 0, []
    for line in lines:
        words = line.strip().strip(_BEGINS + _ENDS)
        depth += line.count(_BEGINS)
        if words or not (_BEGINS in line or _ENDS in line):
            marked.append(f"{'>' * min(depth, 20)} {words}" if depth else words)
        depth = max(0, depth - line.count(_ENDS))
    return marked
