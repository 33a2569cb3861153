"""The tasks of business support: given with the decision that wants them, done by a person, or over by themselves."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select, update

from cases.case import Case
from cases.danger import clock_of, clocks_like, is_over, rank_of
from cases.tables import tasks
from cases.vault import Key
from cases.verbs.decision import Decision, Task

_KEYS = select(tasks.c.key, tasks.c.opened_at).where(tasks.c.case_id == bindparam("case_id"))
_OPEN = _KEYS.where(tasks.c.done_at.is_(None))
_END = (
    update(tasks)
    .where(tasks.c.case_id == bindparam("of_case"), tasks.c.key == bindparam("of_key"), tasks.c.done_at.is_(None))
    .values(done_at=bindparam("now"))
)
_MAY_END = frozenset(
    {"clock_stopped", "clock_looked", "found", "stage_ended", "confirmed", "admitted", "settled", "closed"}
)


def change(connection: Connection, decision: Decision, key: Key, now: datetime) -> None:
    """Write down the tasks that a decision gives, and end those whose cause is over since.

    Of the tasks about one clock the newest stands, since when the first of them was open: one thing to do is one line.
    """
    if not decision.tasks and _MAY_END.isdisjoint(entry.kind for entry in decision.entries):
        return
    case = decision.case
    opened = {row.key: row.opened_at for row in connection.execute(_KEYS, {"case_id": case.id})}
    waiting = {row.key: row.opened_at for row in connection.execute(_OPEN, {"case_id": case.id})}
    new = [task for task in decision.tasks if task.key not in opened]
    for task in new:
        _add(connection, case, task, key, _since(case, task, waiting, now))
    again = {like for task in new for like in clocks_like(case, clock_of(task.key))}
    over = [each for each in waiting if is_over(case, each) or clock_of(each) in again]
    if over:
        connection.execute(_END, [{"of_case": case.id, "of_key": each, "now": now} for each in over])


def has(connection: Connection, case_id: str, key: str) -> bool:
    """Whether business support was given this task, done or not."""
    return any(row.key == key for row in connection.execute(_KEYS, {"case_id": case_id}))


def end(connection: Connection, case_id: str, key: str, now: datetime) -> bool:
    """A task is done. Says no where it was done before, or there is none."""
    return connection.execute(_END, {"of_case": case_id, "of_key": key, "now": now}).rowcount == 1


def _since(case: Case, task: Task, waiting: dict[str, datetime], now: datetime) -> datetime:
    like = clocks_like(case, clock_of(task.key))
    return min((at for key, at in waiting.items() if clock_of(key) in like), default=now)


def _add(connection: Connection, case: Case, task: Task, key: Key, since: datetime) -> None:
    sealed = key.seal({"words": task.words}, about=f"task:{case.id}:{task.key}")
    row = {"case_id": case.id, "key": task.key, "partnership_id": case.partnership, "opened_at": since}
    connection.execute(insert(tasks), row | {"rank": rank_of(task.key), "sealed": sealed})
