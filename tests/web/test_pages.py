from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from fastapi import Request
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError

from web.csrf import Csrf
from web.fields import Field, Kind, Option
from web.forms import Form
from web.pages import Pages
from web.sessions import Cookies

SECRET = b"a secret of more than thirty-two bytes"
TEMPLATES = Path(__file__).parents[2] / "templates"
FORM_PAGE = """{% extends "pages/_base.html" %}
{% from "pages/_fields.html" import error_summary, all_fields %}
{% from "pages/_macros.html" import post_form %}
{% block title %}{{ words }}{% endblock %}
{% block main %}{{ error_summary(filled) }}
{% call post_form("/here", csrf_field()) %}{{ all_fields(filled) }}{% endcall %}{% endblock %}"""
PARTS_PAGE = """{% extends "pages/_base.html" %}
{% from "pages/_macros.html" import back_link, entry, clock_line, letter_card, letter_frame, scrolling %}
{% block title %}Parts{% endblock %}
{% block before %}{{ back_link("/before") }}{% endblock %}
{% block main %}<ol class="timeline">{% call entry(when, words, words) %}{{ words }}{% endcall %}</ol>
{% call clock_line("overdue", words) %}{{ words }}{% endcall %}
{% call letter_card(words, [(words, words)]) %}{{ letter_frame("/letter/1", words) }}{% endcall %}
{% call scrolling(words) %}{{ words }}{% endcall %}{% endblock %}"""
WHEN = datetime(2026, 11, 27, 9, 5, tzinfo=UTC)


class Elements(HTMLParser):
    """Every tag of a page in order, with its attributes, and the text inside the textareas."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.in_textarea = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.tags.append((f"/{tag}", {}))

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] == "textarea":
            self.in_textarea += data

    def find(self, tag: str, **attributes: str) -> dict[str, str | None]:
        return next(have for name, have in self.tags if name == tag and attributes.items() <= have.items())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("templates")
    (folder / "pages").symlink_to(TEMPLATES / "pages")
    (folder / "form.html").write_text(FORM_PAGE)
    (folder / "parts.html").write_text(PARTS_PAGE)
    (folder / "missing.html").write_text("{{ nobody_gave_this }}")
    (folder / "plain.txt").write_text("{{ words }}")
    return folder


@pytest.fixture(scope="module")
def pages(folder: Path) -> Pages:
    return Pages(folder, Csrf(Cookies(SECRET, secure=True), SECRET))


def request() -> Request:
    return Request({"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b""})


def everything(words: str) -> Form:
    options = [Option("one", words, words), Option("two", "Two")]
    kinds: tuple[Kind, ...] = ("text", "email", "textarea", "radios", "checkboxes", "date", "select")
    return Form([Field(kind, words, kind, hint=words, options=options, required=True) for kind in kinds])


def shape(page: str) -> list[str]:
    return [tag for tag, _ in Elements(page).tags]


def form_page(pages: Pages, words: str) -> str:
    names = ("text", "email", "textarea", "radios", "checkboxes", "date-day", "date-month", "date-year", "select")
    filled = everything(words).blank(dict.fromkeys(names, words)).with_problem(words, "text").with_problem(words)
    return bytes(pages.render("form.html", request(), filled=filled, words=words, partnership=words).body).decode()


def test_a_value_that_was_not_given_is_an_error(pages: Pages) -> None:
    with pytest.raises(UndefinedError, match="nobody_gave_this"):
        pages.render("missing.html", request())


def test_a_value_missing_from_a_govuk_macro_call_is_an_error(folder: Path, pages: Pages) -> None:
    (folder / "button.html").write_text('{{ govukButton({"text": not_given}) }}')
    with pytest.raises(UndefinedError, match="not_given"):
        pages.render("button.html", request())


def test_escaping_is_on_whatever_the_file_is_called(pages: Pages) -> None:
    assert pages.render("plain.txt", request(), words="<script>").body == b"&lt;script&gt;"


def test_the_page_names_product_and_partnership_and_has_its_landmarks(pages: Pages) -> None:
    page = form_page(pages, "City & Hackney")
    assert "City &amp; Hackney – Answerable</title>" in page
    elements = Elements(page)
    assert elements.find("html") == {"lang": "en-GB"}
    assert elements.find("a", href="#main")["class"] == "govuk-skip-link"
    assert elements.find("main")["id"] == "main"
    assert {"header", "footer", "form"} <= set(shape(page))
    assert "script" not in shape(page)


def test_without_a_partnership_the_header_has_the_product_alone(pages: Pages) -> None:
    page = bytes(pages.render("parts.html", request(), words="w", when=WHEN).body).decode()
    assert "Answerable</a>" in page
    assert "masthead__partnership" not in page


def test_every_problem_is_listed_and_linked_to_its_input(pages: Pages) -> None:
    filled = everything("Words").blank()
    for field in filled.fields:
        filled = filled.with_problem(f"Problem with {field.name}", field.name)
    elements = Elements(bytes(pages.render("form.html", request(), filled=filled, words="").body).decode())
    ids = {attributes["id"] for _, attributes in elements.tags if "id" in attributes}
    targets = [href[1:] for _, a in elements.tags if (href := a.get("href") or "").startswith("#") and href != "#main"]
    assert targets == ["text", "email", "textarea", "radios", "checkboxes", "date-day", "select"]
    assert set(targets) <= ids


def test_what_was_typed_is_shown_again(pages: Pages) -> None:
    typed = {"text": 'a "b"', "textarea": "one\n\n  two", "date-month": "13", "select": "two", "radios": "two"}
    filled = everything("Words").blank({**typed, "checkboxes": ["one", "two"]})
    elements = Elements(bytes(pages.render("form.html", request(), filled=filled, words="").body).decode())
    assert elements.find("input", name="text")["value"] == 'a "b"'
    assert elements.in_textarea == "one\n\n  two"
    assert elements.find("input", name="date-month")["value"] == "13"
    assert "selected" in elements.find("option", value="two")
    assert "checked" in elements.find("input", name="radios", value="two")
    assert "checked" not in elements.find("input", name="radios", value="one")
    assert [a["value"] for _, a in elements.tags if a.get("name") == "checkboxes" and "checked" in a] == ["one", "two"]


def test_optional_fields_say_so(pages: Pages) -> None:
    filled = Form([Field("number", "Your case number", width=10, autocomplete="off")]).blank()
    page = bytes(pages.render("form.html", request(), filled=filled, words="").body).decode()
    assert "Your case number (optional)" in page
    box = Elements(page).find("input", name="number")
    assert (box["class"], box["autocomplete"]) == ("govuk-input govuk-input--width-10", "off")


@given(st.text(min_size=1))
def test_any_text_in_any_part_of_a_form_page_comes_out_inert(pages: Pages, words: str) -> None:
    assert shape(form_page(pages, f"x{words}")) == shape(form_page(pages, "x"))


@given(st.text(min_size=1))
def test_any_text_in_the_shared_parts_comes_out_inert(pages: Pages, words: str) -> None:
    shown, plain = (pages.render("parts.html", request(), words=w, when=WHEN).body for w in (f"x{words}", "x"))
    assert shape(bytes(shown).decode()) == shape(bytes(plain).decode())


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t")))
def test_a_textarea_gives_back_every_character(pages: Pages, text: str) -> None:
    typed = text.strip(" \t\n")
    filled = Form([Field("what", "What", "textarea")]).blank({"what": typed})
    page = bytes(pages.render("form.html", request(), filled=filled, words="").body).decode()
    assert Elements(page).in_textarea == typed
