"""Cases of a trial and real ones."""

from sqlalchemy import Connection, func, select

from cases.tables import cases


def real_open(connection: Connection, partnership: str) -> int:
    """How many cases are open that were not raised in a trial."""
    chosen = (cases.c.partnership_id == partnership) & (cases.c.status != "closed") & cases.c.trial.is_(False)
    return int(connection.execute(select(func.count()).select_from(cases).where(chosen)).scalar_one())
