"""Every recurring job on one page. Each is given the moment and does what is due; none of them keeps time itself."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Job:
    name: str
    every: timedelta
    run: Callable[[datetime], object]
    waits: bool = False  # on others' servers: it has a thread of its own, and holds up none of the rest


def timetable(
    *,
    chase: Callable[[datetime], object],
    send: Callable[[datetime], object],
    judge: Callable[[datetime], object],
    poll: Callable[[datetime], object],
    remind: Callable[[datetime], object],
    checkpoint: Callable[[datetime], object],
) -> tuple[Job, ...]:
    """What the service does by itself, and how often it looks."""
    return (
        Job("look into the mailboxes", timedelta(seconds=30), poll),
        Job("judge mail that was stored and not yet read", timedelta(seconds=5), judge),
        Job("look at the clocks whose time has come", timedelta(seconds=5), chase),
        Job("send the letters that wait", timedelta(seconds=5), send, waits=True),
        Job("remind business support of mail that waits in the tray", timedelta(minutes=10), remind),
        Job("take the day's checkpoint of the record", timedelta(minutes=30), checkpoint),
    )
