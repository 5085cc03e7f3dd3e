"""Which tables somebody may bring in: what they may add and change in the admin, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.auth import get_permission_codename
from django.db.models import Model
from django.utils.translation import gettext as _

from ...models import Resource, kind_tables
from ..tables.own import Table, tables
from ..tables.own_reading import Reading
from ..tables.rows import Place, Problem, Row


def may_write(user: Any, table: Table) -> bool:
    """Whether somebody may bring in rows of a table; a command (no user) may bring in all."""
    if user is None:
        return True
    models: tuple[type[Model], ...] = (table.model,)
    if table.model is Resource:
        models = tuple(kind_tables().values())
    return all(
        user.has_perm(f"{model._meta.app_label}.{get_permission_codename(verb, model._meta)}")
        for model in models
        for verb in ("add", "change")
    )


def permitted(reading: Reading, user: Any) -> Iterator[Row]:
    """The rows of a reading that somebody may write; each other table is told once. A whole export has them all, mostly unchanged."""
    return _permitted(reading.rows, reading, user)


def _permitted(rows: Iterator[Row], reading: Reading, user: Any) -> Iterator[Row]:
    answers: dict[str, bool] = {}
    for row in rows:
        own = tables()[row.table]
        name = own.parent or own.name
        if name not in answers:
            table = tables()[name]
            answers[name] = may_write(user, table)
            if not answers[name]:
                message = _("「%s」を変えられるのは管理者だけなので、この表は読みとばします。")
                reading.notes.append(
                    Problem(Place(row.place.sheet, row.place.row), str(table.label), message % table.label)
                )
        if answers[name]:
            yield row
