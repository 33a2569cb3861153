"""What the columns of every table share."""

from datetime import UTC, datetime

from sqlalchemy import Column, DateTime, Dialect, MetaData, Text, TypeDecorator


class Moment(TypeDecorator[datetime]):
    """An aware UTC datetime; databases without zones hold it as UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value and not value.tzinfo else value


metadata = MetaData()


def partnership() -> Column[str]:
    return Column("partnership_id", Text, nullable=False)
