"""Findings of a busy morning and of a quiet one, as digests are composed from them."""

from datetime import UTC, date, datetime, timedelta

from cases.digest.findings import (
    Chore,
    Down,
    Findings,
    Found,
    MailIn,
    Some,
    Step,
    Tray,
    Unsent,
    Witness,
)
from cases.holidays import england

MONDAY = datetime(2026, 11, 23, 8, tzinfo=UTC)
FRIDAY = MONDAY - timedelta(days=3)
WEDNESDAY = MONDAY - timedelta(days=5)
HASH = "6f0e4c1d" * 8
STAGE = "Stage 2"
WITH = "Homerton Healthcare with Hackney Children’s Services"


def ends(day: date) -> datetime:
    """The local midnight that ends a winter day."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)


def case(number: int, at: datetime | None = None, stage: str = STAGE, silent: str = "", hidden: bool = False) -> Found:
    return Found(f"CHSCP-2026-{number:04d}", hidden, "" if hidden else stage, "" if hidden else WITH, at, silent)


QUIET = Findings(
    short_name="CHSCP",
    now=MONDAY,
    since=FRIDAY,
    calendar=england(),
    witness=Witness(date(2026, 11, 22), HASH, 41),
    statuses={"open": 11, "closing": 1},
    next_due=case(12, ends(date(2026, 11, 27))),
)
BUSY = Findings(
    short_name="CHSCP",
    now=MONDAY,
    since=WEDNESDAY,
    calendar=england(),
    chores=[
        Chore("CHSCP-2026-0042", False, "immediate_harm", FRIDAY + timedelta(hours=9)),
        Chore("CHSCP-2026-0039", False, "not_reached:l1", FRIDAY),
        Chore("CHSCP-2026-0031", False, "missing:s2:line_manager:receiving", FRIDAY - timedelta(days=1)),
        Chore("CHSCP-2026-0040", True, "harm:m1", FRIDAY),
        Chore("CHSCP-2026-0017", False, "k4:1", FRIDAY),
    ],
    said=FRIDAY - timedelta(hours=1),
    pressing=5,
    fresh=4,
    lesser=3,
    tray=Tray(3, 1, FRIDAY - timedelta(days=2)),
    overdue=Some(
        [
            case(
                9, ends(date(2026, 11, 13)), "Stage 3", "no answer from: senior manager of Hackney Children’s Services"
            ),
            case(17, ends(date(2026, 11, 19)), silent="no answer from: line manager, whom nobody knows"),
            case(40, ends(date(2026, 11, 20)), hidden=True),
        ],
        3,
    ),
    soon=Some([case(21, ends(date(2026, 11, 24))), case(22, ends(date(2026, 11, 26)))], 2),
    steps=[
        Step("CHSCP-2026-0021", ("remind",)),
        Step("CHSCP-2026-0017", ("chase", "tell_business_support")),
        Step("CHSCP-2026-0009", ("propose_move",)),
        Step("CHSCP-2026-0002", ("pause",)),
        Step("CHSCP-2026-0005", ("told",)),
    ],
    steps_in_all=5,
    opened=Some([case(42, FRIDAY, "Stage 1"), case(43, FRIDAY, "not in a stage yet")], 2),
    closed=Some([case(5, FRIDAY, "Stage 2")], 1),
    unsent=Unsent(held=0, waiting=2, uncertain=1, lost=1),
    mailboxes=[MailIn("chscp", 120, 64, 63, 3, 1, MONDAY - timedelta(minutes=1), "")],
    downs=[Down("stopped", WEDNESDAY + timedelta(hours=10), MONDAY - timedelta(hours=12), 98 * 3600)],
    missed=Some([case(17)], 1),
    without_digest=[date(2026, 11, 19), date(2026, 11, 20)],
    last_late="The digest of Wednesday 18 November was taken by the mail server only at 11:32 on 18 November.",
    contacts=["Several letters in a row were not answered: line manager of Central East Police."],
    coverage=["Senior manager of Hackney Children’s Services: nobody from 30 November to 4 December (1 live case)."],
    witness=Witness(date(2026, 11, 22), HASH, 41),
    statuses={"open": 9, "paused": 1, "disputed": 1, "closing": 1},
    next_due=case(21, ends(date(2026, 11, 24))),
    review_by=date(2026, 7, 31),
)
