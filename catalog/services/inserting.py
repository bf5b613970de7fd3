"""Rows by the thousand, in a few statements: several times as fast as making an object of each."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.models import DateTimeField, JSONField, Model

PARAMETERS_AT_ONCE = 30_000
"""SQLite takes 32,766 in a statement, PostgreSQL 65,535."""


def insert(model: type[Model], rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Insert rows in their order and return their keys; all name the same columns, foreign keys as `filing_id`.

    The database checks them as ever, but defaults of the model do not apply: name every column that cannot be empty.
    """
    if not rows:
        return []
    names, fields = list(rows[0]), {field.attname: field for field in model._meta.concrete_fields}
    adapted = {n: fields[n] for n in names if isinstance(fields[n], DateTimeField | JSONField)}
    at_once = PARAMETERS_AT_ONCE // len(names)
    keys: list[int] = []
    with connection.cursor() as cursor:
        for start in range(0, len(rows), at_once):
            some = [_adapted(row, adapted) for row in rows[start : start + at_once]]
            cursor.execute(
                _statement(model, [fields[n].column for n in names], len(some)), [v for r in some for v in r]
            )
            keys += (key for (key,) in cursor.fetchall())
    return keys


def _adapted(row: Mapping[str, Any], adapted: Mapping[str, Any]) -> list[Any]:
    return [adapted[n].get_db_prep_save(value, connection) if n in adapted else value for n, value in row.items()]


def _statement(model: type[Model], columns: Sequence[str], count: int) -> str:
    quote = connection.ops.quote_name
    row = f"({', '.join(['%s'] * len(columns))})"
    return (
        f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(map(quote, columns))}) "  # noqa: S608 - our own names
        f"VALUES {', '.join([row] * count)} RETURNING {quote(model._meta.pk.column)}"
    )
