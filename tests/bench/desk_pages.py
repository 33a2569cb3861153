"""The desk's pages from a running service, at fifty requests a second, with a hundred thousand open cases.

Requests leave on the second whether or not the last one is back: what counts is the time from when one was due until
its page was whole. Beside it stands the style sheet, a plain file of the same server at the same rate.
"""

import os
import re
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from threading import local
from urllib.parse import urlencode

from sqlalchemy import select

from cases.casework import Casework
from cases.store import outbox
from cases.tables import cases, letters
from tests.bench.installation import OFFICE

A_SECOND = 50
SECONDS = 20
FORM_KEY = re.compile(r'name="form_key" value="([^"]+)"')


def measure(casework: Casework, key: str) -> dict[str, object]:
    """Milliseconds, in the middle and of the slowest hundredth; and of each page alone. `key` is the master key."""
    with _running(casework.database.path, key) as port:
        desk = _Desk(port, casework)
        pages = list(_pages(casework))
        alone = {name: desk.alone(path) for name, path in pages}
        desk.at_rate(["/static/style.css"], 2)
        floor = desk.at_rate(["/static/style.css"], SECONDS // 2)
        loaded = desk.at_rate([path for _, path in pages], SECONDS)
    return {
        "alone_milliseconds": alone,
        "a_second": A_SECOND,
        "pages": _spread(loaded),
        "plain_file": _spread(floor),
    }


def _pages(casework: Casework) -> Iterator[tuple[str, str]]:
    with casework.database.read() as connection:
        real = select(cases.c.reference).where(cases.c.reference.like("CHSCP%")).limit(1)
        reference = connection.execute(real).scalar_one()
    yield "today", "/desk/chscp"
    yield "cases", "/desk/chscp/cases"
    yield "cases overdue of an agency", "/desk/chscp/cases?" + urlencode({"agency": "agency3", "overdue": "yes"})
    yield "cases closed", "/desk/chscp/cases?" + urlencode({"status": "closed"})
    yield "a case", f"/desk/chscp/cases/{reference}"
    yield "tray", "/desk/chscp/tray"
    yield "letters", "/desk/chscp/letters"
    yield "directory", "/desk/chscp/directory"
    yield "digests", "/desk/chscp/digests"


class _Desk:
    """An officer's browser: signed in by the mailed link."""

    def __init__(self, port: int, casework: Casework) -> None:
        self._port = port
        self._cookies: dict[str, str] = {}
        self._own = local()
        key = self._key("/desk/chscp/sign-in")
        self._post("/desk/chscp/sign-in", {"form_key": key, "email": OFFICE})
        link = _link(casework)
        self._post(link, {"form_key": self._key(link)})

    def alone(self, path: str, times: int = 10) -> float:
        """The median of some, one after the other."""
        return round(statistics.median(self._get(path) for _ in range(times)) * 1000, 1)

    def at_rate(self, paths: list[str], seconds: int) -> list[float]:
        """Seconds from when each was due until it was whole."""
        with ThreadPoolExecutor(64) as pool:
            start = time.perf_counter() + 0.1
            found = [
                pool.submit(self._due, paths[number % len(paths)], start + number / A_SECOND)
                for number in range(seconds * A_SECOND)
            ]
            return [each.result() for each in found]

    def _due(self, path: str, at: float) -> float:
        time.sleep(max(0.0, at - time.perf_counter()))
        self._get(path)
        return time.perf_counter() - at

    def _get(self, path: str) -> float:
        began = time.perf_counter()
        status, text, _ = self._send("GET", path)
        assert status == 200, (path, status, text[:300])
        return time.perf_counter() - began

    def _key(self, path: str) -> str:
        found = FORM_KEY.search(self._send("GET", path)[1])
        assert found, path
        return found[1]

    def _post(self, path: str, fields: dict[str, str]) -> None:
        status, text, _ = self._send("POST", path, urlencode(fields))
        assert status == 303 or status == 200, (path, status, text[:300])

    def _send(self, method: str, path: str, body: str = "") -> tuple[int, str, str]:
        if not hasattr(self._own, "connection"):
            self._own.connection = HTTPConnection("127.0.0.1", self._port, timeout=60)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        headers |= {"Accept": "text/html", "Origin": f"http://127.0.0.1:{self._port}"}
        headers |= {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
        self._own.connection.request(method, path, body, headers)
        response = self._own.connection.getresponse()
        text = response.read().decode()
        for each in response.headers.get_all("Set-Cookie") or ():
            name, _, value = each.partition(";")[0].partition("=")
            self._cookies[name] = value
        return response.status, text, response.headers.get("Location") or ""


def _link(casework: Casework) -> str:
    """The path of the link that signs somebody in, from the outbox: it is written after the page has answered."""
    wanted = select(letters.c.id).where(letters.c.purpose == "sign_in")
    until = time.perf_counter() + 10
    while time.perf_counter() < until:
        with casework.database.read() as connection:
            if found := connection.execute(wanted).scalar():
                return str(outbox.opened(connection, found, casework.keyring).values["path"])
        time.sleep(0.05)
    raise RuntimeError("no link to sign in was written")


def _spread(times: list[float]) -> dict[str, float]:
    ordered = sorted(times)
    return {
        "median_milliseconds": round(statistics.median(ordered) * 1000, 1),
        "p99_milliseconds": round(ordered[int(len(ordered) * 0.99)] * 1000, 1),
        "slowest_milliseconds": round(ordered[-1] * 1000, 1),
    }


@contextmanager
def _running(database: Path, master: str) -> Iterator[int]:
    """`answerable serve` on this database. Gives its port."""
    port = _free_port()
    settings = database.with_suffix(".toml")
    settings.write_text(
        f'[partnerships.chscp]\ninbox = "in@chscp.example"\nbusiness_support = "{OFFICE}"\n', encoding="utf-8"
    )
    environment = os.environ | {
        "ANSWERABLE_SETTINGS": str(settings),
        "ANSWERABLE_DATABASE": str(database),
        "ANSWERABLE_MASTER_KEY": master,
        "ANSWERABLE_PORT": str(port),
        "ANSWERABLE_BASE_URL": f"http://127.0.0.1:{port}",
        "ANSWERABLE_TRANSPORT": "none",
    }
    command = [str(Path(sys.executable).parent / "answerable"), "serve"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
        try:
            _wait_for(port, process)
            yield port
        finally:
            process.terminate()
            process.wait(30)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.perf_counter() + 30
    while process.poll() is None and time.perf_counter() < until:
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/static/style.css")
            connection.getresponse().read()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("the service did not start")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
