"""The one Jinja2 environment, and how a page is made from a template."""

from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from typing import Protocol

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, PackageLoader, PrefixLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from starlette.responses import Response

from web import filters
from web.posted import Posted, sent, written

_ESCAPE = select_autoescape(default=True, default_for_string=True)
_COMPONENTS = (
    "back-link",
    "button",
    "checkboxes",
    "date-input",
    "details",
    "error-summary",
    "fieldset",
    "file-upload",
    "input",
    "inset-text",
    "notification-banner",
    "panel",
    "radios",
    "select",
    "skip-link",
    "summary-list",
    "table",
    "tag",
    "textarea",
    "warning-text",
)


class FormKey(Protocol):
    """Puts the anti-forgery key into forms and its cookie onto the response, and checks it; see `web.csrf.Csrf`."""

    def field(self, request: Request) -> Markup: ...

    def check(self, request: Request, posted: Posted) -> bool: ...

    def keep(self, request: Request, response: Response) -> None: ...


class Pages:
    """Renders the templates of one folder as pages.

    In every template: `request`, `csrf_field()` for the inside of a form, `typed_words()` for what was sent with one
    of ours (what another site makes a browser send must not stand on our page as its reader's words), the macros of
    GOV.UK Frontend by their own names (`govukButton` and so on), and the filters `date`, `time`, `moment`, `day_ended`
    (in `zone`, or in the zone given to the filter), `thousands`, `iso` and `paragraphs`, and what `also` holds. A name
    that was not given raises `jinja2.UndefinedError`.
    """

    def __init__(
        self, folder: Path, csrf: FormKey, *, zone: str = "Europe/London", also: Mapping[str, object] | None = None
    ) -> None:
        self._csrf = csrf
        self._environment = Environment(
            loader=FileSystemLoader(folder),
            autoescape=_ESCAPE,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters.update(_filters(zone))
        self._environment.globals.update(_govuk_macros() | dict(also or {}))

    def render(self, template: str, request: Request, /, *, status_code: int = 200, **values: object) -> HTMLResponse:
        """Make the page; `template` is a path below the folder, such as "pages/form.html"."""
        text = self._environment.get_template(template).render(
            values,
            request=request,
            csrf_field=partial(self._csrf.field, request),
            typed_words=partial(self._written, request),
        )
        response = HTMLResponse(text, status_code=status_code)
        self._csrf.keep(request, response)
        return response

    def _written(self, request: Request) -> list[tuple[str, str]]:
        return written(request) if self._csrf.check(request, sent(request)) else []


def _filters(zone: str) -> dict[str, object]:
    return {
        "date": lambda value, zone=zone: filters.local_date(value, zone),
        "time": lambda value, zone=zone: filters.local_time(value, zone),
        "moment": lambda value, zone=zone: filters.local_moment(value, zone),
        "day_ended": lambda value, zone=zone: filters.day_ended(value, zone),
        "thousands": filters.thousands,
        "iso": filters.iso,
        "paragraphs": filters.paragraphs,
    }


@cache
def _govuk_macros() -> dict[str, object]:
    # The macros test for parameters that were not given, which StrictUndefined forbids: they get an environment
    # of their own, and ours stays strict.
    loader = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    lenient = Environment(loader=loader, autoescape=_ESCAPE, trim_blocks=True, lstrip_blocks=True)
    return dict(_govuk_macro(lenient, component) for component in _COMPONENTS)


def _govuk_macro(lenient: Environment, component: str) -> tuple[str, object]:
    name = "govuk" + component.title().replace("-", "")
    template = lenient.get_template(f"govuk_frontend_jinja/components/{component}/macro.html")
    return name, getattr(template.module, name)
