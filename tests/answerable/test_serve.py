"""`answerable serve` as it really runs: its own process, SQLite, a port, and a signal at the end."""

import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

COMMAND = str(Path(sys.executable).parent / "answerable")
PATIENCE = 60  # seconds until a process that does nothing is given up
TOML = """\
database = "cases.db"
transport = "none"
base_url = "http://127.0.0.1:{port}"
port = {port}
[partnerships.chscp]
inbox = "escalations@chscp.example"
business_support = "support@council.example"
"""


@dataclass
class Served:
    process: subprocess.Popen[bytes]
    port: int

    def ask(self, path: str, body: bytes | None = None) -> tuple[int, str]:
        """The status and the page."""
        kind = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}
        request = Request(f"http://127.0.0.1:{self.port}{path}", body, kind)
        try:
            with urlopen(request, timeout=PATIENCE) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as refusal:
            with refusal:
                return refusal.code, refusal.read().decode()

    def wait_until_it_answers(self) -> None:
        for _ in range(PATIENCE * 20):
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE).close()
                return
            except OSError:
                self.end_of_process(0.05)
        raise AssertionError("the service never listened")

    def end_of_process(self, seconds: float) -> int | None:
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    port = free_port()
    (folder / "answerable.toml").write_text(TOML.format(port=port), encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ANSWERABLE_")}
    environment["ANSWERABLE_MASTER_KEY_FILE"] = "master.key"
    for words in (["new-key", "master.key"], ["migrate"]):
        subprocess.run([COMMAND, *words], cwd=folder, env=environment, check=True, capture_output=True)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([COMMAND, "serve"], cwd=folder, env=environment, stdout=log, stderr=log)
    service = Served(process, port)
    try:
        service.wait_until_it_answers()
        yield service
    finally:
        process.kill()
        process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.slow
def test_the_form_is_there(served: Served) -> None:
    status, page = served.ask("/chscp/raise")
    assert status == 200
    assert "Raise an escalation" in page


@pytest.mark.slow
@pytest.mark.parametrize(
    "path",
    [
        "/demo",
        "/demo/",
        "/demo/letters",
        "/demo/clock",
        "/demo/post-room",
        "/demo/api",
        "/demo/openapi.json",
        "/demo/demo.css",
    ],
)
def test_nothing_of_the_demonstration_is_there(served: Served, path: str) -> None:
    assert served.ask(path)[0] == 404


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/demo/answer", "/demo/clock", "/demo/time"])
def test_nothing_of_the_demonstration_can_be_posted_to(served: Served, path: str) -> None:
    assert served.ask(path, b"to=next")[0] in (404, 405)


@pytest.mark.slow
def test_a_post_of_ten_megabytes_is_refused_in_words(served: Served) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=PATIENCE)
    connection.request("POST", "/chscp/raise", b"concern=" + b"x" * 10_000_000, {"Accept": "text/html"})
    answer = connection.getresponse()
    assert answer.status == 413
    assert "too much to send at once" in answer.read().decode()
    connection.close()


@pytest.mark.slow
def test_ten_megabytes_without_a_declared_length_are_refused_too(served: Served) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=PATIENCE)
    pieces = (b"x" * 100_000 for _ in range(100))
    with suppress(OSError):  # it may be refused before the last piece was sent
        connection.request("POST", "/chscp/raise", pieces, {"Accept": "text/html"}, encode_chunked=True)
    assert connection.getresponse().status == 413
    connection.close()


@pytest.mark.slow
def test_bytes_that_are_not_utf_8_are_refused_in_words(served: Served) -> None:
    status, page = served.ask("/chscp/raise", b"concern=caf%E9&email=a%40b.example")
    assert status == 400
    assert "“concern” holds bytes that are not UTF-8" in page


@pytest.mark.slow
def test_a_form_without_its_key_is_shown_again_and_opens_nothing(served: Served) -> None:
    status, page = served.ask("/chscp/raise", b"concern=Nobody+visits&email=alice%40homerton.example")
    assert status == 403
    assert "What you wrote is still here" in page
    assert "Nobody visits" in page


@pytest.mark.slow
def test_it_stops_by_itself_when_told_to(served: Served) -> None:
    """Last of this file: the others need it running."""
    assert served.end_of_process(0.001) is None
    served.process.send_signal(signal.SIGTERM)
    assert served.end_of_process(PATIENCE) == 0


@pytest.mark.slow
@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_the_demonstration_keeps_nothing_when_it_is_told_to_stop(tmp_path: Path, told: signal.Signals) -> None:
    command = [COMMAND, "demo", "--port", "0", "--no-browser"]
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        line = process.stdout.readline().decode()
        urlopen(line.split()[2], timeout=PATIENCE).close()
        assert list(tmp_path.iterdir()) != []
        process.send_signal(told)
        assert process.wait(PATIENCE) == 0
        assert process.stderr.read() == b""
    assert list(tmp_path.iterdir()) == []
