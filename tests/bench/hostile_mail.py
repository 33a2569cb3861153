"""S6: what hostile mail of up to 300 KB, and a megabyte of one character, costs to read; and what the child process
adds to an ordinary message."""

import statistics
import sys
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from typing import Any

from answerable.settings import ROOT
from intake.mail.limits import Reader
from intake.mail.message import Understood, understand
from intake.replies.new_text import new_text
from intake.rules import Found, judge, tokens_of

sys.path.insert(0, str(ROOT / "tests" / "plugins"))  # outside pytest, which finds it by itself
import hostile

ORDINARY = (ROOT / "tests" / "intake" / "mails" / "gmail_html.eml").read_bytes()
TIMES = 300


def measure() -> dict[str, Any]:
    """Milliseconds, of the child process and all that the service does with what it says."""
    with closing(Reader()) as reader:
        reader(ORDINARY)
        hostile_mail = {**hostile.small(), **hostile.one_letter()}
        took = {name: _milliseconds(partial(_read, reader, raw)) for name, raw in hostile_mail.items()}
        slowest = max(took, key=lambda name: took[name])
        here = statistics.median(_milliseconds(lambda: understand(ORDINARY)) for _ in range(TIMES))
        there = statistics.median(_milliseconds(lambda: reader(ORDINARY)) for _ in range(TIMES))
    return {
        "messages": len(took),
        "slowest_milliseconds": round(took[slowest], 1),
        "slowest": slowest,
        "ordinary_milliseconds": round(there, 3),
        "ordinary_without_child": round(here, 3),
    }


def _read(reader: Reader, raw: bytes) -> None:
    understood: Understood = reader(raw)
    new_text(understood.text)
    tokens_of(understood)
    judge(understood, Found(), ())


def _milliseconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    print(measure())
