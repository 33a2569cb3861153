"""`answerable read`: what the program makes of messages in files, one JSON object a line, in the order of the files."""

import json
import sys
from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.progress import track

from cases.holidays import england
from intake.mail.limits import Reader
from intake.mail.outline import outline

_WITH_PROGRESS = 20  # files from which on a person at a terminal wants to see how far it is


def read_files(files: Sequence[Path], now: datetime) -> bool:
    """Print what each message says. Gives whether all could be read."""
    today, all_read = england().local_date(now), True
    with closing(Reader()) as reader:
        for file in _shown(files):
            try:
                raw = file.read_bytes()
            except OSError as error:
                all_read = False
                print(json.dumps({"file": str(file), "error": f"It cannot be read: {error.strerror}."}))
                continue
            print(json.dumps({"file": str(file), **outline(reader(raw), today)}))
    return all_read


def _shown(files: Sequence[Path]) -> Iterable[Path]:
    if len(files) < _WITH_PROGRESS or not sys.stderr.isatty():
        return files
    return track(files, description="Reading", console=Console(stderr=True), transient=True)
