"""The cases of a partnership as a list: filtered, sorted, page by page, and as a file."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response, StreamingResponse

from cases.casework import Casework, Partnership
from cases.directory.directory import Directory
from cases.holidays import LONDON
from cases.overview import Overview
from cases.policy import Policy
from cases.standing import STATUS_WORDS
from cases.store.listing import A_PAGE, EVERY, MOST_COUNTED, NOT_CLOSED, Order, Row, Wanted
from desk.entry import Door
from desk.words import stage_words
from web.paging import Paging, page_number
from web.site import Site
from web.spreadsheet import line

CONFIDENTIAL = "Confidential"
A_PIECE = 500  # lines of the file
_LONGEST = 60
_ORDERS: dict[str, Order] = {"": "due", "due": "due", "opened": "opened"}
_STATUSES = {NOT_CLOSED: "Not closed", **STATUS_WORDS, EVERY: "Every case"}
_HEADS = (
    *("reference", "status", "stage", "tier", "raising agency", "receiving agency", "opened", "due", "overdue"),
    "confidential",
)


@dataclass(frozen=True, slots=True)
class Line:
    """A case in the list, in words."""

    reference: str
    status: str
    stage: str
    agencies: str
    opened_at: datetime
    due_at: datetime | None
    overdue: bool
    erased: bool


def routes(site: Site, casework: Casework) -> APIRouter:
    pages = _Cases(site, casework)
    router = APIRouter(prefix="/desk/{partnership}", include_in_schema=False)
    router.add_api_route("/cases", pages.show, methods=["GET"])
    router.add_api_route("/cases.csv", pages.export, methods=["GET"])
    return router


class _Cases:
    def __init__(self, site: Site, casework: Casework) -> None:
        self._site = site
        self._casework = casework
        self._overview = Overview(casework)
        self._door = Door(site, casework)

    def show(self, request: Request, partnership: str, page: str = "") -> Response:
        self._door.enter(request, partnership)
        office, now, number = self._door.office(partnership), self._site.now(), page_number(page)
        wanted, directory = _wanted(request), self._casework.directory(partnership)
        rows, count = self._overview.cases(partnership, wanted, now, number)
        query = _query(wanted)
        values = {
            "partnership": office.loaded.policy.partnership.name,
            "key": partnership,
            "here": "Cases",
            "lines": [_line(row, office.loaded.policy, directory, now) for row in rows],
            "paging": Paging(number, min(count, MOST_COUNTED), A_PAGE, query, count > MOST_COUNTED),
            "wanted": wanted,
            "export": query,
            "choices": _choices(office, directory),
            "filtered": bool(query),
        }
        return self._site.page(request, "desk/cases", values)

    def export(self, request: Request, partnership: str) -> Response:
        """The filtered list as a CSV file (RFC 4180), written while it is read. Nothing of what a case is about."""
        self._door.enter(request, partnership)
        office, now = self._door.office(partnership), self._site.now()
        policy, directory = office.loaded.policy, self._casework.directory(partnership)
        rows = self._overview.every_case(partnership, _wanted(request), now)
        name = f"cases-{partnership}-{now.astimezone(LONDON):%Y-%m-%d}.csv"
        headers = {"content-disposition": f'attachment; filename="{name}"'}
        return StreamingResponse(_file(rows, policy, directory, now), media_type="text/csv", headers=headers)


def _wanted(request: Request) -> Wanted:
    """The filter of an address. Raises HTTPException(404) for one that the page itself never makes."""
    typed = {name: request.query_params.get(name, "").strip() for name in ("status", "stage", "agency", "reference")}
    order, status = _ORDERS.get(request.query_params.get("sort", "")), typed["status"] or NOT_CLOSED
    if order is None or status not in _STATUSES or any(len(each) > _LONGEST for each in typed.values()):
        raise HTTPException(404)
    overdue = request.query_params.get("overdue", "") == "yes"
    return Wanted(status, typed["stage"], typed["agency"], overdue, typed["reference"], order)


def _query(wanted: Wanted) -> dict[str, str]:
    """The filter as it stands in an address; what is usual is left out."""
    found = {
        "status": "" if wanted.status == NOT_CLOSED else wanted.status,
        "stage": wanted.stage,
        "agency": wanted.agency,
        "overdue": "yes" if wanted.overdue else "",
        "reference": wanted.reference,
        "sort": "" if wanted.order == "due" else wanted.order,
    }
    return {name: value for name, value in found.items() if value}


def _choices(office: Partnership, directory: Directory) -> dict[str, list[tuple[str, str]]]:
    policy = office.loaded.policy
    stages = [
        (stage.key, f"{stage.label}: {stage.title}" if len(policy.tracks) == 1 else f"{track.title}, {stage.label}")
        for track in policy.tracks
        for stage in track.stages
    ]
    return {
        "status": list(_STATUSES.items()),
        "stage": [("", "Any stage"), *stages],
        "agency": [("", "Any agency"), *((each.key, each.name) for each in directory.agencies.values())],
        "sort": [("due", "What is due first"), ("opened", "The newest first")],
    }


def _line(row: Row, policy: Policy, directory: Directory, now: datetime) -> Line:
    sides = [directory.agency_name(each) for each in (row.raising, row.receiving) if each]
    return Line(
        row.reference,
        "Erased" if row.erased else STATUS_WORDS[row.status],
        CONFIDENTIAL if row.confidential else stage_words(policy, row.stage, row.tier),
        CONFIDENTIAL if row.confidential else " and ".join(sides),
        row.opened_at,
        row.due_at,
        _is_overdue(row, now),
        row.erased,
    )


def _is_overdue(row: Row, now: datetime) -> bool:
    return row.status != "closed" and row.due_at is not None and row.due_at <= now


def _file(rows: Iterator[Row], policy: Policy, directory: Directory, now: datetime) -> Iterator[str]:
    """Some lines at a time: each piece costs a turn of the server."""
    yield line(_HEADS)
    while some := [line(_cells(row, policy, directory, now)) for row in islice(rows, A_PIECE)]:
        yield "".join(some)


def _cells(row: Row, policy: Policy, directory: Directory, now: datetime) -> tuple[Any, ...]:
    where = (
        stage_words(policy, row.stage, None),
        row.tier + 1 if row.tier is not None else "",
        directory.agency_name(row.raising),
        directory.agency_name(row.receiving),
    )
    return (
        row.reference,
        "Erased" if row.erased else STATUS_WORDS[row.status],
        *(where if not row.confidential else ("",) * len(where)),
        _local(row.opened_at),
        _local(row.due_at),
        "yes" if _is_overdue(row, now) else "no",
        "yes" if row.confidential else "no",
    )


def _local(moment: datetime | None) -> str:
    """Local date and time, as spreadsheets read them."""
    return f"{moment.astimezone(LONDON):%Y-%m-%d %H:%M}" if moment else ""
