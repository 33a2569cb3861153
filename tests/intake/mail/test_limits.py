"""Nothing in a mail can stop or bloat the service: it is read in a child process with limits (guarantees D20)."""

import os
import queue
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import hostile
import pytest

from intake.mail.limits import MEMORY_BYTES, Reader
from intake.mail.message import Understood, understand
from intake.replies.new_text import new_text
from intake.rules import Found, judge, tokens_of

MAILS = Path(__file__).parents[1] / "mails"
ORDINARY = (MAILS / "gmail_html.eml").read_bytes()


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    """One for all of these tests: whatever one message does, the next is read."""
    reader = Reader()
    yield reader
    reader.close()


def read_on(understood: Understood) -> str:
    """All that the service does with what a child understood."""
    new_text(understood.text, understood.text[:2000])
    tokens_of(understood)
    return judge(understood, Found(), ()).rule


@pytest.mark.parametrize("name", sorted(path.stem for path in MAILS.glob("*.eml")))
def test_a_child_understands_what_we_understand(name: str, reader: Reader) -> None:
    raw = (MAILS / f"{name}.eml").read_bytes()
    assert reader(raw) == understand(raw)


@pytest.mark.parametrize("name", hostile.small())
def test_e38_a_poison_message_is_a_result_and_the_next_is_read(name: str, reader: Reader) -> None:
    """E38: poison message (malformed, nesting bomb, 3 MB endless): quarantined with reason; the next mail handled."""
    assert read_on(reader(hostile.small()[name]))
    assert reader(ORDINARY) == understand(ORDINARY)


@pytest.mark.slow
def test_e38_a_million_of_one_character_is_a_result(reader: Reader) -> None:
    for raw in hostile.one_letter().values():
        assert read_on(reader(raw))


@pytest.mark.parametrize(
    ("name", "limits"),
    [
        ("5,000 parts", ["The message has more than 200 parts; the rest was not read."]),
        ("2,000 levels", ["The parts of the message cannot be told apart; it was read as one."]),
        ("60,000 <br>", ["The text has more than 20,000 lines; the rest was not read."]),
        (
            "HTML nested past the library's depth",
            ["The HTML is nested too deep to be laid out; its tags were taken out."],
        ),
    ],
)
def test_a_limit_that_is_met_is_told(name: str, limits: list[str]) -> None:
    understood = understand(hostile.small()[name])
    assert list(understood.limits) == limits
    assert judge(understood, Found(), ()).rule == "beyond a limit"


def test_words_in_html_nested_too_deep_are_not_lost() -> None:
    assert understand(hostile.small()["HTML nested past the library's depth"]).text.strip() == "words"


@pytest.mark.slow
@pytest.mark.parametrize("name", hostile.large())
def test_e39_what_is_too_large_is_a_result_and_memory_stays_below_256_mib(name: str, reader: Reader) -> None:
    """E39: 40 MB message; 10,000 parts; 200 KB header line; zip bomb; 1,000-deep nesting: D20 result; memory below
    256 MiB."""
    reader(ORDINARY)
    assert reader._child
    child = reader._child.pid
    assert limit_of(child) <= size_of(child, "VmSize") + MEMORY_BYTES
    understood = reader(hostile.large()[name])
    assert understood.sender == "jo@health.example"
    assert understood.limits or name == "a zip bomb"
    assert judge(understood, Found(), ()).rule in ("beyond a limit", "unknown")
    if reader._child is not None:  # a child that met its limit is gone
        assert size_of(reader._child.pid, "VmHWM") < MEMORY_BYTES
    assert reader(ORDINARY) == understand(ORDINARY)


def limit_of(process: int) -> int:
    """What the kernel lets a process take, in bytes."""
    (line,) = (each for each in Path(f"/proc/{process}/limits").read_text().splitlines() if "Max address space" in each)
    return int(line.split()[3])


def size_of(process: int, what: str) -> int:
    (line,) = (each for each in Path(f"/proc/{process}/status").read_text().splitlines() if each.startswith(what))
    return int(line.split()[1]) * 1024


def test_e39_a_zip_bomb_is_described_and_never_opened() -> None:
    bomb = understand(hostile.large()["a zip bomb"])
    (attachment,) = bomb.attachments
    assert (attachment.name, attachment.type) == ("a.zip", "application/zip")
    assert attachment.size < 100_000
    assert (bomb.text, bomb.limits) == ("words", ())


@pytest.mark.parametrize("short", [Reader(cpu=0.01), Reader(memory=4 * 1024 * 1024)], ids=["time", "memory"])
def test_a_message_that_meets_the_limits_of_its_child_is_known_by_its_headers(short: Reader) -> None:
    head = b"From: Jo <jo@health.example>\r\nTo: inbox+0123456789abcdefghjkmnpqrs@x.example\r\nSubject: s\r\n\r\n"
    understood = short(head + b"a\r\n" * 2_000_000)
    assert understood.limits == (
        "It could not be read within the limits of time and memory; only its headers were read.",
    )
    assert (understood.sender, understood.subject, understood.text) == ("jo@health.example", "s", "")
    assert understood.recipients == ("inbox+0123456789abcdefghjkmnpqrs@x.example",)
    assert "The message was not read whole." in understood.sender_problems
    assert judge(understood, Found(), ()).rule == "beyond a limit"
    assert short(b"From: a@b.example\r\n\r\nnext").text == "next"
    short.close()


def test_a_child_that_was_ended_by_somebody_else_is_started_again(reader: Reader) -> None:
    reader(ORDINARY)
    assert reader._child
    reader._child.kill()
    reader._child.wait()
    assert reader(ORDINARY) == understand(ORDINARY)


def test_a_child_that_stands_still_is_ended_also_while_it_is_being_written_to() -> None:
    """A mail larger than a pipe holds: without a limit the write would never end, nor any mail be read again."""
    short = Reader(wall=0.3)
    short(ORDINARY)
    assert short._child
    os.kill(short._child.pid, signal.SIGSTOP)
    said: queue.Queue[Understood] = queue.Queue()
    large = b"From: Jo <jo@health.example>\r\n\r\n" + b"x" * 300_000
    threading.Thread(target=lambda: said.put(short(large)), daemon=True).start()
    understood = said.get(timeout=30)  # Empty is raised where it stands still
    assert (understood.sender, len(understood.limits)) == ("jo@health.example", 1)
    short.close()


def test_many_threads_may_ask_and_each_gets_its_own_answer(reader: Reader) -> None:
    said: dict[int, str] = {}

    def ask(number: int) -> None:
        for _ in range(20):
            said[number] = reader(f"From: a@b.example\r\n\r\nwords of {number}".encode()).text

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said == {number: f"words of {number}" for number in range(8)}


def test_the_child_knows_no_secret_of_ours_and_ends_with_its_reader(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANSWERABLE_MASTER_KEY", "secret")
    reader.close()
    reader(ORDINARY)
    assert reader._child
    child = reader._child
    assert b"ANSWERABLE" not in Path(f"/proc/{child.pid}/environ").read_bytes()
    reader.close()
    assert child.returncode is not None
    assert not os.path.exists(f"/proc/{child.pid}")
    assert reader(ORDINARY).sender
