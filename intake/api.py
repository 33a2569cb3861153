"""Escalations as JSON, for forms that are built elsewhere: the fields of our own form, by the same names.

Nothing is told but the reference and what is missing: the private link belongs to the raiser, who is asked by e-mail
to confirm the address as after our own form. Problems are told as RFC 9457 has it.
"""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from cases.directory.directory import Directory
from cases.interfaces import Interfaces, OtherBody
from cases.policy import Policy
from cases.store.database import DatabaseUnavailable
from intake.openapi import document, fields_of
from intake.pages import questions
from web.fields import Field
from web.forms import Filled
from web.limits import Limit
from web.posted import Posted
from web.site import Site, visitor

LIMITS: Mapping[str, Limit] = {
    "api": Limit(60, timedelta(minutes=10)),
    "api key tried": Limit(30, timedelta(minutes=10)),
}
BODY_BYTES = 256_000
_MOST_MEMBERS = 200
_CALL = re.compile(r"[\x21-\x7e]{1,200}")
_ADVICE = "If a child is in immediate danger, do not wait for this service: call 999."


class Problem(Exception):
    """Why a call is not taken (RFC 9457). `errors` are (name of the field, what is wrong with it)."""

    def __init__(self, status: int, detail: str, errors: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = tuple(errors)

    def response(self) -> Response:
        title = HTTPStatus(self.status).phrase
        told: dict[str, Any] = {"type": "about:blank", "title": title, "status": self.status, "detail": self.detail}
        if self.errors:
            told["errors"] = [{"pointer": f"#/{name}", "detail": words} for name, words in self.errors]
        headers = {"WWW-Authenticate": "Bearer"} if self.status == 401 else None
        return JSONResponse(told, self.status, headers, "application/problem+json")


def routes(site: Site, interfaces: Interfaces) -> APIRouter:
    pages = _Api(site, interfaces)
    router = APIRouter(prefix="/api", include_in_schema=False)
    router.add_api_route("/openapi.json", pages.describe, methods=["GET"])
    router.add_api_route("/v1/{partnership}/escalations", pages.take, methods=["POST"])
    return router


class _Api:
    def __init__(self, site: Site, interfaces: Interfaces) -> None:
        self._site = site
        self._interfaces = interfaces

    def describe(self) -> Response:
        return JSONResponse(document(self._interfaces.policies(), self._site.base_url))

    async def take(self, request: Request, partnership: str) -> Response:
        try:
            await run_in_threadpool(self._let_in, request, partnership)
            body = await _body(request)
            return await run_in_threadpool(self._take, request, partnership, body)
        except Problem as problem:
            return problem.response()
        except HTTPException as refused:  # too many, from the limits; too long, from the outermost reader of bodies
            return Problem(refused.status_code, f"{_said(refused)} {_ADVICE}").response()
        except DatabaseUnavailable:
            words = f"Nothing was recorded. Send the same again in a few minutes, with the same key. {_ADVICE}"
            return Problem(503, words).response()

    def _let_in(self, request: Request, partnership: str) -> None:
        """A key that is right costs nothing; wrong ones are counted for the visitor."""
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and key.strip() and self._interfaces.admits(partnership, key.strip()):
            return
        self._site.brake("api key tried", visitor(request))
        raise Problem(401, "Send the key of this partnership as “Authorization: Bearer KEY”.")

    def _take(self, request: Request, partnership: str, body: bytes) -> Response:
        call = request.headers.get("idempotency-key", "").strip()
        if not _CALL.fullmatch(call):
            raise Problem(400, "Send an Idempotency-Key header: a mark of your own for this one escalation.")
        policy, directory = self._interfaces.form_of(partnership)
        submission = questions.submission(policy, _filled(policy, directory, _members(body)))
        if not submission.immediate_harm:  # never refused, however many come
            self._site.brake("api", partnership)
        try:
            taken = self._interfaces.take(partnership, call, body, submission, self._site.now())
        except OtherBody:
            raise Problem(422, "This Idempotency-Key came before with another body. Nothing was recorded.") from None
        told = {"reference": taken.reference, "missing": questions.open_labels(policy, submission)}
        return JSONResponse(told, 201)


async def _body(request: Request) -> bytes:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Problem(415, "Send JSON, as application/json.")
    read = bytearray()
    async for piece in request.stream():
        read += piece
        if len(read) > BODY_BYTES:
            raise Problem(413, f"The body is larger than {BODY_BYTES:,} bytes. Nothing was recorded. {_ADVICE}")
    return bytes(read)


def _members(body: bytes) -> Mapping[str, object]:
    try:
        found = json.loads(body.decode("utf-8"), object_pairs_hook=_once)
    except UnicodeDecodeError:
        raise Problem(400, "The body is not UTF-8. Nothing was recorded.") from None
    except (ValueError, RecursionError) as error:
        named = f" “{error.name}” stands in it twice." if isinstance(error, _Twice) else ""
        raise Problem(400, f"The body is not JSON that can be read.{named} Nothing was recorded.") from None
    if not isinstance(found, dict):
        raise Problem(400, "The body must be one JSON object. Nothing was recorded.")
    if len(found) > _MOST_MEMBERS:
        raise Problem(400, f"The body has more than {_MOST_MEMBERS} members. Nothing was recorded.")
    return found


class _Twice(ValueError):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name[:100]


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise _Twice(next(name for name in names if names.count(name) > 1))
    return found


def _filled(policy: Policy, directory: Directory, members: Mapping[str, object]) -> Filled:
    """The members as our own form reads them. Raises Problem with every member that is wrong."""
    known = fields_of(policy)
    errors = [(name[:100], "There is no such field.") for name in members if name not in known]
    typed: dict[str, tuple[str, ...]] = {}
    for name, value in members.items():
        if name in known:
            try:
                typed |= _inputs(known[name], value, directory)
            except TypeError as error:
                errors.append((name, str(error)))
    harm = members.get("harm") in (True, "yes")
    parts = questions.sections(policy, directory, harm=harm)
    filled = questions.checked(policy, questions.form_of(parts).read(Posted(typed)))
    wrong = {name for name, _ in errors}
    for name, problem in filled.problems.items():
        if name.removesuffix("_written") not in wrong:
            errors.append((name.removesuffix("_written"), problem.message))
    if errors:
        raise Problem(422, "Nothing was recorded: some fields are wrong. “errors” names each.", errors)
    return filled


def _inputs(field: Field, value: object, directory: Directory) -> dict[str, tuple[str, ...]]:
    """A member as the inputs of our form's page. Raises TypeError, in plain words."""
    if value is None:
        return {}
    if field.kind == "checkboxes":
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise TypeError("This must be a list of texts.")
        return {field.name: tuple(map(_whole, value))}
    if field.choices == {"yes", "no"} and isinstance(value, bool):
        return {field.name: ("yes" if value else "no",)}
    if not isinstance(value, str):
        raise TypeError("This must be a text.")
    value = _whole(value)
    if field.kind == "date":
        return _date_inputs(field, value)
    if field.name in questions.AGENCIES and value not in directory.agencies:
        return {f"{field.name}_written": (value,)}
    return {field.name: (value,)}


def _whole(text: str) -> str:
    """The text with half characters replaced: programs that cut a text at a length make them, and no form is lost."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _date_inputs(field: Field, value: str) -> dict[str, tuple[str, ...]]:
    if not value:
        return {}
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise TypeError("This must be a date such as 2026-12-04.") from None
    return {
        name: (str(part),) for name, part in zip(field.input_names, (day.day, day.month, f"{day.year:04}"), strict=True)
    }


def _said(refused: HTTPException) -> str:
    words = {429: "Too many calls in a short time.", 413: "The body is too large."}
    return f"{words.get(refused.status_code, 'The call was refused.')} Nothing was recorded."
