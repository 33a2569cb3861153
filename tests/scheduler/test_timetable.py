"""The timetable: every recurring job, by name, each doing what it is named after."""

from datetime import UTC, datetime, timedelta

from scheduler.timetable import timetable

NOW = datetime(2026, 12, 4, 8, tzinfo=UTC)


def test_every_job_runs_what_it_is_named_after() -> None:
    ran: list[tuple[str, datetime]] = []
    jobs = timetable(
        chase=lambda now: ran.append(("chase", now)),
        send=lambda now: ran.append(("send", now)),
        judge=lambda now: ran.append(("judge", now)),
        poll=lambda now: ran.append(("poll", now)),
        remind=lambda now: ran.append(("remind", now)),
        checkpoint=lambda now: ran.append(("checkpoint", now)),
        miss_digests=lambda now: ran.append(("miss_digests", now)),
        keep_directory=lambda now: ran.append(("keep_directory", now)),
        ask_contacts=lambda now: ran.append(("ask_contacts", now)),
        recount=lambda now: ran.append(("recount", now)),
        audit=lambda now: ran.append(("audit", now)),
        beat=lambda now: ran.append(("beat", now)),
        beat_letters=lambda now: ran.append(("beat_letters", now)),
    )
    names = {}
    for job in jobs:
        job.run(NOW)
        what, moment = ran.pop()
        names[job.name] = what
        assert moment == NOW
    assert names == {
        "look into the mailboxes": "poll",
        "judge mail that was stored and not yet read": "judge",
        "look at the clocks whose time has come": "chase",
        "send the letters that wait": "send",
        "remind business support of mail that waits in the tray": "remind",
        "take the day's checkpoint of the record": "checkpoint",
        "see that the day's digests have gone": "miss_digests",
        "look at absences, and at cases that the directory concerns": "keep_directory",
        "ask contacts whether their entry is right": "ask_contacts",
        "count the clocks anew where the working days have changed": "recount",
        "go on with the day's audit of what should have happened": "audit",
        "show that the clocks are looked at": "beat",
        "show that letters are seen to": "beat_letters",
    }


def test_nobody_waits_longer_than_a_few_seconds_for_a_letter_and_a_day_never_lacks_its_checkpoint() -> None:
    def nothing(now: datetime) -> None: ...

    names = (
        "chase",
        "send",
        "judge",
        "poll",
        "remind",
        "checkpoint",
        "miss_digests",
        "recount",
        "audit",
        "beat",
        "beat_letters",
        "keep_directory",
        "ask_contacts",
    )
    jobs = timetable(**dict.fromkeys(names, nothing))
    every = {job.name: job.every for job in jobs}
    assert every["look into the mailboxes"] <= timedelta(minutes=1)
    assert every["send the letters that wait"] <= timedelta(seconds=10)
    assert every["take the day's checkpoint of the record"] <= timedelta(hours=1)
