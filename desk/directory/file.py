"""The directory as a file at the desk: saved, and taken in after a dry run that says what it would change."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from starlette.datastructures import UploadFile
from starlette.responses import Response

from cases.casework import Casework
from cases.directory.edits import Edit
from cases.directory.file import COLUMNS, MORE, DirectoryError, Sheet, read_sheet
from cases.directory.intake import agency_changes, differences, take_in
from desk.directory.changing import Changing, Page
from web.csrf import MESSAGE
from web.forms import Filled, Form
from web.posted import Posted
from web.site import Sent, Site

LARGEST = 400_000  # bytes: it is sent along once more with the second press
TOO_LARGE = "The file is larger than 400 kB. Take it in on the server: answerable directory import."
FORM = Form([])


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was sent with a form, and the form's other fields."""

    raw: bytes
    posted: Posted


async def uploaded(request: Request) -> Upload:
    """Read a form with one file. Raises HTTPException(415) for another kind of body."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise HTTPException(415)
    async with request.form(max_files=1, max_fields=5, max_part_size=LARGEST) as form:
        sent = form.get("file")
        raw = await sent.read() if isinstance(sent, UploadFile) else b""
        fields = {name: (value,) for name, value in form.items() if isinstance(value, str)}
    return Upload(raw, Posted(fields))


def routes(site: Site, casework: Casework) -> APIRouter:
    pages = _File(site, casework)
    router = APIRouter(prefix="/desk/{partnership}/directory", include_in_schema=False)
    router.add_api_route("/file", pages.blank, methods=["GET"])
    router.add_api_route("/file", pages.dry_run, methods=["POST"])
    router.add_api_route("/file/take", pages.take, methods=["POST"])
    router.add_api_route("/directory.csv", pages.save, methods=["GET"])
    return router


class _File:
    def __init__(self, site: Site, casework: Casework) -> None:
        self._site = site
        self._casework = casework
        self._desk = Changing(site, casework)

    def save(self, request: Request, partnership: str) -> Response:
        self._desk.enter(request, partnership, "see")
        text = self._desk.reading.as_file(partnership, self._site.now())
        headers = {"content-disposition": f'attachment; filename="directory-{partnership}.csv"'}
        return Response("\ufeff" + text, media_type="text/csv; charset=utf-8", headers=headers)

    def blank(self, request: Request, partnership: str) -> Response:
        self._desk.enter(request, partnership)
        return self._page(request, partnership)(FORM.blank(), 200)

    def dry_run(self, request: Request, partnership: str, upload: Annotated[Upload, Depends(uploaded)]) -> Response:
        """What the file would change, row by row; nothing is changed yet."""
        self._desk.enter(request, partnership)
        page = self._page(request, partnership)
        if not self._site.csrf.check(request, upload.posted):
            return page(FORM.blank().with_problem(MESSAGE), 403)
        if not upload.raw:
            return page(FORM.blank().with_problem("Choose a file that is not empty."), 400)
        if len(upload.raw) > LARGEST:
            return page(FORM.blank().with_problem(TOO_LARGE), 400)
        try:
            sheet = self._read(partnership, upload.raw)
        except DirectoryError as error:
            return page(FORM.blank().with_problem(f"The file cannot be taken in: {error}"), 400)
        return self._shown(request, partnership, sheet, upload.raw)

    def take(self, request: Request, partnership: str, posted: Sent) -> Response:
        """The same file again, as it was shown."""
        officer = self._desk.enter(request, partnership)
        page = self._page(request, partnership)
        try:
            sheet = self._read(partnership, bytes.fromhex(posted.first("file")))
        except (ValueError, DirectoryError):
            return page(FORM.blank().with_problem("The file did not come whole. Choose it once more."), 400)
        if sheet.errors:
            return page(FORM.blank().with_problem("The file has rows that are wrong. Choose it once more."), 400)

        def edit(filled: Filled) -> Edit:
            return take_in(sheet)

        return self._desk.take(
            request,
            partnership,
            officer,
            posted,
            Form([]).read(posted),
            edit,
            page,
            title="Take in the file",
            back=f"/desk/{partnership}/directory",
        )

    def _read(self, partnership: str, raw: bytes) -> Sheet:
        return read_sheet(raw, self._desk.reading.policy(partnership), self._casework.own_addresses())

    def _shown(self, request: Request, partnership: str, sheet: Sheet, raw: bytes) -> Response:
        reading = self._desk.reading
        directory, roles = reading.directory(partnership), reading.policy(partnership).roles
        found = [] if sheet.errors else differences(directory, sheet)
        values: dict[str, object] = {
            "errors": sheet.errors,
            "differences": found,
            "agencies": [] if sheet.errors else agency_changes(directory, sheet),
            "titles": {key: role.title for key, role in roles.items()},
            "directory": directory,
            "rows": len(sheet.people),
            "file": raw.hex(),
        }
        return self._desk.page(request, partnership, "file_check", values, 400 if sheet.errors else 200)

    def _page(self, request: Request, partnership: str) -> Page:
        def shown(filled: Filled, status: int) -> Response:
            roles = self._desk.reading.policy(partnership).roles
            values = {"filled": filled, "columns": COLUMNS, "more": MORE, "roles": roles}
            return self._desk.page(request, partnership, "file", values, status)

        return shown
