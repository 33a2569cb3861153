"""HTML mail as plain text, with what its author's program marked as quoted turned into "> " lines. Pure, linear.

Hidden text is shown and every style is ignored, so that people and software read the same words. Tables are laid out as
lines: in mail they hold pages, not figures. The tree is walked without recursion, so no nesting can break the walk.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree

_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "tr",
        "ul",
    ]
)
_APART = frozenset(["h1", "h2", "h3", "h4", "h5", "h6", "ol", "p", "pre", "ul"])  # with an empty line before and after
_CELLS = frozenset(("td", "th"))
_UNSEEN = frozenset(["head", "script", "style", "title", "template"])
_SPACES = re.compile(r"[ \t\n\r\f\v]+")
_TOO_DEEP = "Excessive depth"
_DEEPEST_QUOTATION = 20

# From here to the end of the page, older mail stands: Outlook on the web, Outlook desktop and mobile, Outlook for Mac,
# Hotmail, Zimbra, Roundcube. Copies of a page inside another have their names prefixed with "x_".
_OLDER_IDS = re.compile(
    r"(?:x_)*(?:divRplyFwdMsg|mail-editor-reference-message-container|OLK_SRC_BODY_SECTION|stopSpelling|zwchr"
    r"|ms-outlook-mobile-body-separator-line)",
    re.IGNORECASE,
)
_OLDER_CLASSES = re.compile(r"(?:^|\s)(?:x_)*(?:OutlookMessageHeader|yahoo_quoted|protonmail_quote|yj6qo)(?:\s|$)")
# The rule above Outlook's From line: a grey or blue border at the top, and none elsewhere.
_OUTLOOK_RULE = re.compile(
    r"border:none;border-top:solid#?(?:e1e1e1|b5c4df|cccccc|windowtext)[0-9.]*pt|border-top:solid#?(?:e1e1e1|b5c4df)",
)
_FIELD_FOLLOWS = re.compile(r"\s*\S{2,20}\s?:")


@dataclass(frozen=True, slots=True)
class Page:
    """The words of a page; not `whole` when it is nested deeper than anything honest and was not read."""

    words: str
    whole: bool = True


@dataclass(slots=True)
class _Writing:
    """Lines as they are written; each with the depth of quotation in which it stands."""

    lines: list[tuple[int, str]] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    depth: int = 0
    older: bool = False
    gap: bool = False

    def write(self, text: str, kept: bool) -> None:
        words = text if kept else _SPACES.sub(" ", text)
        if not kept:
            self.pieces.append(words)
            return
        first, *rest = words.replace("\r", "").split("\n")
        self.pieces.append(first)
        for line in rest:
            self.end_line(always=True)
            self.pieces.append(line)

    def end_line(self, always: bool = False) -> None:
        """End the line in hand; an empty one counts only where it was asked for."""
        words = _SPACES.sub(" ", "".join(self.pieces)).strip(" ")
        self.pieces.clear()
        if words or always:
            if self.gap and self.lines:
                self.lines.append((self.depth, ""))
            self.gap = False
            self.lines.append((min(self.depth + self.older, _DEEPEST_QUOTATION), words))

    def leave_gap(self) -> None:
        self.gap = bool(self.lines) and self.lines[-1][1] != ""


def plain_text(html: str) -> Page:
    """The words of an HTML page. Raises whatever the HTML library raises on hostile input."""
    # A NUL would end the page for the library. No honest page is nested as deep as its limit of 2,048.
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    root = etree.fromstring(html.replace("\0", "").encode("utf-8", "replace") or b" ", parser)
    if any(_TOO_DEEP in entry.message for entry in parser.error_log):
        return Page("", whole=False)
    if root is None:
        return Page("")
    writing = _Writing()
    _walk(root, writing)
    writing.end_line()
    return Page("\n".join(f"{'>' * depth} {words}".rstrip() if depth else words for depth, words in writing.lines))


def _walk(root: etree._Element, writing: _Writing) -> None:
    unseen, kept, quotations = 0, 0, []
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            if tag == "blockquote":
                quotations.append(_is_quotation(element.attrib))
            if not unseen:
                _begin(tag, element, writing, bool(quotations and quotations[-1] and tag == "blockquote"))
            unseen += tag in _UNSEEN
            kept += tag == "pre"
            if element.text and not unseen:
                writing.write(element.text, bool(kept))
            continue
        unseen -= tag in _UNSEEN
        kept -= tag == "pre"
        if not unseen:
            _end(tag, writing, bool(tag == "blockquote" and quotations[-1]))
        if tag == "blockquote":
            quotations.pop()
        if element.tail and not unseen:
            writing.write(element.tail, bool(kept))


def _begin(tag: str, element: etree._Element, writing: _Writing, quotation: bool) -> None:
    if tag == "br":
        writing.end_line(always=True)
    if tag in _BLOCKS:
        writing.end_line()
    if tag in _APART:
        writing.leave_gap()
    writing.depth += quotation
    if not writing.older and _begins_older_mail(element):
        writing.end_line()
        writing.older = True


def _end(tag: str, writing: _Writing, quotation: bool) -> None:
    if tag in _CELLS:
        writing.pieces.append(" ")
    if tag in _BLOCKS:
        writing.end_line()
    if tag in _APART:
        writing.leave_gap()
    writing.depth -= quotation


def _is_quotation(attributes: Mapping[str, str]) -> bool:
    """A block quotation may also be the sender's own indented words."""
    marks = f"{attributes.get('class', '')} {attributes.get('style', '')}".lower()
    return attributes.get("type", "").lower() == "cite" or "quote" in marks or "border-left" in marks


def _begins_older_mail(element: etree._Element) -> bool:
    attributes = element.attrib
    if not attributes:
        return False
    if _OLDER_IDS.fullmatch(attributes.get("id", "")) or _OLDER_CLASSES.search(attributes.get("class", "")):
        return True
    style = attributes.get("style", "")
    return "border-top" in style and len(style) < 300 and _is_outlook_rule(element, style)


def _is_outlook_rule(element: etree._Element, style: str) -> bool:
    """Only where a field such as From stands first below it: senders draw lines of their own."""
    if not _OUTLOOK_RULE.search(_SPACES.sub("", style).lower()):
        return False
    first = next((text for text, _ in zip(element.itertext(), range(6), strict=False) if text.strip()), "")
    return bool(_FIELD_FOLLOWS.match(first[:60]))
