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
    miss_digests: Callable[[datetime], object],
    keep_directory: Callable[[datetime], object],
    ask_contacts: Callable[[datetime], object],
    recount: Callable[[datetime], object],
    audit: Callable[[datetime], object],
    beat: Callable[[datetime], object],
    beat_letters: Callable[[datetime], object],
) -> tuple[Job, ...]:
    """What the service does by itself, and how often it looks."""
    return (
        Job("look into the mailboxes", timedelta(seconds=30), poll),
        Job("judge mail that was stored and not yet read", timedelta(seconds=5), judge),
        Job("look at the clocks whose time has come", timedelta(seconds=5), chase),
        Job("send the letters that wait", timedelta(seconds=5), send, waits=True),
        Job("remind business support of mail that waits in the tray", timedelta(minutes=10), remind),
        Job("take the day's checkpoint of the record", timedelta(minutes=30), checkpoint),
        Job("look at absences, and at cases that the directory concerns", timedelta(seconds=15), keep_directory),
        Job("ask contacts whether their entry is right", timedelta(minutes=10), ask_contacts),
        Job("see that the day's digests have gone", timedelta(minutes=30), miss_digests),
        Job("count the clocks anew where the working days have changed", timedelta(minutes=5), recount),
        Job("go on with the day's audit of what should have happened", timedelta(minutes=1), audit),
        Job("show that the clocks are looked at", timedelta(minutes=1), beat),
        Job("show that letters are seen to", timedelta(minutes=1), beat_letters, waits=True),
    )
