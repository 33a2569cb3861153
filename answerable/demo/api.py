"""The post room and the clock for scripts: JSON in, JSON out, errors too.

Only for requests of this computer's own programs and pages: what another site causes is refused, since these
endpoints take no form key.
"""

from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.responses import Response

from answerable.demo import replies
from answerable.demo.api_models import Became, Happened, Journey, Letter, Move, OfferedAnswer, Problem, Reply, Time
from answerable.demo.demo import Demo, Moved
from answerable.demo.happenings import Happening
from answerable.demo.letters import Letters, PostedLetter
from web.filters import local_moment

ZONE = "Europe/London"
FARTHEST = timedelta(days=3660)


class JsonRoute(APIRoute):
    """A route that never answers with a page, and takes no request that another site caused."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                _check_origin(request)
                return await handle(request)
            except HTTPException as error:
                return JSONResponse({"detail": error.detail}, error.status_code)
            except RequestValidationError as error:
                return JSONResponse({"detail": _faults(error)}, 400)

        return handler


def routes(demo: Demo, letters: Letters) -> APIRouter:
    api = _Api(demo, letters)
    router = APIRouter(route_class=JsonRoute, tags=["demo"], responses={"4XX": {"model": Problem}})
    router.add_api_route("/demo/letters", api.letters, methods=["GET"], summary="The letters in the post room")
    router.add_api_route("/demo/answer", api.answer, methods=["POST"], summary="Answer a letter as its recipient")
    router.add_api_route("/demo/clock", api.time, methods=["GET"], summary="The time, and what happens next")
    router.add_api_route("/demo/clock", api.move, methods=["POST"], summary="Move the time")
    return router


class _Api:
    def __init__(self, demo: Demo, letters: Letters) -> None:
        self._demo = demo
        self._letters = letters

    def letters(
        self,
        case: Annotated[str, Query(description="Only those of the case with this reference")] = "",
        to: Annotated[str, Query(description="Only those to this address")] = "",
    ) -> list[Letter]:
        """Every letter that went out, the newest first."""
        found = self._letters.all()
        return [
            _letter(each, self._demo.service.settings.base_url)
            for each in found
            if case.upper() in ("", each.reference) and to.lower() in ("", each.sent.recipient.lower())
        ]

    def answer(self, reply: Reply) -> Became:
        """Makes a real mail from the recipient and takes it in as any other. Mail that gives one of the offered answers
        is recorded and echoed; any other waits in business support's tray for a person."""
        with self._demo.clock.lock:
            letter = self._letters.one(reply.letter)
            if not letter:
                raise HTTPException(404, f"There is no letter {reply.letter!r}. GET /demo/letters lists them.")
            before = len(self._demo.post_room.letters())
            mail = replies.answer(self._demo, letter, reply.text)
            new = [each.id for each in self._demo.post_room.letters()[before:]]
        return Became(mail=mail.id, state=mail.state, why=mail.why, letters=new)

    def time(self) -> Time:
        """The time runs on as it does everywhere; it can only be moved forward."""
        return Time(**self._now())

    def move(self, move: Move) -> Journey:
        """Everything that falls due on the way happens in order, each at its own moment."""
        moved = self._moved(move)
        happened = [_happened(each) for each in moved.happened]
        return Journey(**self._now(), start=moved.start, happened=happened, letters=list(moved.letters))

    def _moved(self, move: Move) -> Moved:
        given = {name: value for name, value in move if value is not None}
        if len(given) != 1:
            raise HTTPException(400, 'Send exactly one of "to", "hours" and "days", such as {"to": "next"}.')
        if move.to == "next":
            return self._demo.move_to_next()
        if move.to is None:
            return self._demo.move_by(timedelta(hours=move.hours or 0, days=move.days or 0))
        return self._demo.move_to(self._reachable(move.to))

    def _reachable(self, moment: datetime) -> datetime:
        now = self._demo.time()
        if not now <= moment <= now + FARTHEST:
            raise HTTPException(
                400,
                f"It is {now.isoformat(timespec='seconds')} here, and the time only moves forward, ten years at most. "
                "Name a later time.",
            )
        return moment

    def _now(self) -> dict[str, Any]:
        now, upcoming = self._demo.time(), self._demo.upcoming()
        return {"now": now, "local": local_moment(now, ZONE), "next": _happened(upcoming) if upcoming else None}


def _letter(letter: PostedLetter, base_url: str) -> Letter:
    sent, stored = letter.sent, letter.stored
    return Letter(
        id=sent.id,
        at=sent.at,
        to=sent.recipient,
        name=stored.name,
        title=letter.title,
        agency=letter.agency,
        subject=sent.subject,
        purpose=stored.purpose,
        partnership=stored.partnership,
        case=letter.reference,
        standing=letter.standing,
        code=letter.code,
        answers=[OfferedAnswer(word=each.word, title=each.title, needs=list(each.needs)) for each in letter.offers],
        page=f"{base_url}{letter.page}" if letter.page else "",
        text=sent.text,
    )


def _happened(happening: Happening) -> Happened:
    return Happened(at=happening.at, case=happening.reference, words=happening.words)


def _check_origin(request: Request) -> None:
    """Raises HTTPException: 403 for what another site caused, 415 for a body that a mere form could have sent."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    strange = origin is not None and urlsplit(origin).netloc != request.headers.get("host")
    if strange or site not in (None, "same-origin", "none"):
        raise HTTPException(403, "This request comes from another site. Send it from a program, or from our own pages.")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.method == "POST" and kind != "application/json":
        raise HTTPException(415, "Send the body as JSON, with the header Content-Type: application/json.")


def _faults(error: RequestValidationError) -> str:
    found = [f"{_field(each['loc'])}: {each['msg']}" for each in error.errors()]
    return f"{'; '.join(dict.fromkeys(found))}. /demo/api shows what is taken."


def _field(place: tuple[str | int, ...]) -> str:
    return str(place[1]) if len(place) > 1 and isinstance(place[1], str) else "The body"
