"""Cases and letters of a trial, and real ones."""

from sqlalchemy import Connection, func, select

from cases.case import BUSINESS_SUPPORT
from cases.staff.officer import STAFF
from cases.store.outbox import OPEN_STATES
from cases.tables import cases, letters


def real_open(connection: Connection, partnership: str) -> int:
    """How many cases are open that were not raised in a trial."""
    chosen = (cases.c.partnership_id == partnership) & (cases.c.status != "closed") & cases.c.trial.is_(False)
    return int(connection.execute(select(func.count()).select_from(cases).where(chosen)).scalar_one())


def real_unsent(connection: Connection, partnership: str) -> int:
    """How many letters have not left yet that are for real people; those to staff go where they always go."""
    waiting = letters.c.state.in_((*OPEN_STATES, "held")) & letters.c.trial.is_(False)
    chosen = (letters.c.partnership_id == partnership) & letters.c.recipient.not_in((BUSINESS_SUPPORT, STAFF))
    return int(connection.execute(select(func.count()).select_from(letters).where(chosen, waiting)).scalar_one())
