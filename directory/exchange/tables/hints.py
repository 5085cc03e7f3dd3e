"""What the checker says of the texts that a file brings: hints beside the problems, which refuse nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from ...checker.checking import check
from ...checker.offered import Roles, decided, offered
from ...checker.rule import Level, Role, Text, World
from ...choices import ChannelKind
from ...models import Resource
from .own import Table, tables
from .rows import Problem, Row

# Nobody reads more of them; what is wrong in all rows is seen in these.
MOST_HINTS = 300
# What needs time to think about is for the forms: an import is told what can be put right in the file.
_TOLD = frozenset({Level.MEND, Level.LOOK})


@lru_cache(maxsize=1)
def _roles() -> dict[str, Roles]:
    """By the name of one of our tables, what its columns are for."""
    found: dict[str, Roles] = {}
    for table in tables().values():
        roles: dict[str, object] = {}
        for model, offer in offered().items():
            if model is table.model or (table.model is Resource and issubclass(model, Resource)):
                roles.update(offer.roles)
            for row_model, own in offer.rows.values():
                if row_model is table.model:
                    roles.update(own)
        if roles:
            found[table.name] = roles  # type: ignore[assignment]
    return found


def with_hints(rows: Iterable[Row], around: World, hints: list[Problem]) -> Iterator[Row]:
    """The rows as they come, each looked at on its way; what is found goes into `hints`."""
    for row in rows:
        if len(hints) < MOST_HINTS and (roles := _roles().get(row.table)):
            hints += _of(row, tables()[row.table], roles, around)[: MOST_HINTS - len(hints)]
        yield row


def _of(row: Row, table: Table, roles: Roles, around: World) -> list[Problem]:
    def get(name: str) -> str | None:
        text = row.text(name)
        return _KINDS.get(text.strip(), text) if name == "kind" else text

    texts = [
        Text(name, str(table.by_name[name].label), role or Role.SENTENCE, row.text(name))
        for name, role in decided(roles, get)
        # A file that has no such column at all is not asked for it.
        if name in row.cells and name in table.by_name and (row.text(name).strip() or role == Role.READING)
    ]
    return [
        Problem(row.cells[finding.text.field].place, finding.found or finding.text.text[:60], finding.say)
        for finding in check(texts, around)
        if finding.rule.level in _TOLD
    ]


# Ways of contact are written in files as people call them.
_KINDS = {str(kind.label): kind.value for kind in ChannelKind}
