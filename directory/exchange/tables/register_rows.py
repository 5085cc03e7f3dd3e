"""The register as rows of our own tables: what stands in it at this moment, a chunk of records at a time.

A published resource with a draft that waits is two rows: as it is, and as it will be (`own.VERSION`). One that is not public is
as its newest draft says.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model, QuerySet

from ...choices import Kind
from ...models import Area, AreaLayer, Field, InstitutionType, Need, Organisation, Resource, Town, kind_tables
from .columns import Codes, Reference, References
from .own import DRAFT, VERSION, VERSIONS, Table, children_of, owned_by

CHUNK = 500
Texts = dict[str, str]
Item = TypeVar("Item")

# By what records are sorted in files, before the key that they are named by: so that a file of the same register is the same
# file whatever database it comes from. Names of columns, for `values_list`.
_ORDER: dict[type[Model], tuple[str, ...]] = {
    AreaLayer: ("order", "name"),
    Area: ("layer__order", "order", "slug"),
    Town: ("municipality__slug", "reading"),
    InstitutionType: ("order", "code"),
    Field: ("order", "code"),
    Need: ("order", "code"),
    Organisation: ("reading", "name"),
    Resource: ("kind", "reading"),
}


def chunks(items: Iterable[Item], size: int = CHUNK) -> Iterator[list[Item]]:
    """The items, so many at a time."""
    stream = iter(items)
    while chunk := list(islice(stream, size)):
        yield chunk


def ordered_keys(table: Table, chosen: QuerySet[Any] | None = None) -> list[str]:
    """The keys of all records of a table, or of those chosen, in the order of a file."""
    records = table.model._default_manager.all() if chosen is None else chosen
    columns = _ORDER.get(table.model, ())
    rows = records.order_by().values_list(*columns, table.identity)
    kinds = {kind.value: place for place, kind in enumerate(Kind)}

    def place(row: Sequence[Any]) -> tuple[Any, ...]:
        values = [value if value is not None else "" for value in row]
        if table.model is Resource:
            values[0] = kinds.get(values[0], len(kinds))
        return (*values[:-1], str(values[-1]))

    return [str(row[-1]) for row in sorted(rows, key=place)]


def _with_relations(table: Table, model: type[Model]) -> QuerySet[Any]:
    """Records with all that their rows say, in a fixed number of queries."""
    columns = [column for column in table.columns if owned_by(column, model)]
    coded = [column for column in columns if isinstance(column, Codes)]
    many = [column.name for column in columns if isinstance(column, Codes | References)]
    codes = [f"{column.name}__{column.field}" for column in coded if column.model]
    for child in children_of(table.name):
        many.append(child.accessor)
        codes += [f"{child.accessor}__{column.name}" for column in child.columns if isinstance(column, Reference)]
    one = [column.name for column in columns if isinstance(column, Reference)]
    records = model._default_manager.all()
    return (
        records.select_related(*one).prefetch_related(*many, *codes) if one else records.prefetch_related(*many, *codes)
    )


def load(table: Table, keys: Collection[str]) -> dict[str, Any]:
    """Records of a root table by their key, each as its own kind; those that do not exist are left out."""
    models = kind_tables().values() if table.model is Resource else (table.model,)
    found: dict[str, Any] = {}
    for model in models:
        for record in _with_relations(table, model).filter(**{f"{table.identity}__in": list(keys)}):
            found[str(getattr(record, table.identity))] = record
    return found


def texts_of(table: Table, record: Any, *, for_people: bool = True) -> Texts:
    """A record or child as a row: the text of each of its columns by name; only what is its own if it is not `for_people`."""
    model = type(record)
    return {
        column.name: column.text(record)
        for column in table.columns
        if owned_by(column, model) and (for_people or not column.is_shown_only)
    }


def children_texts(child: Table, record: Any, *, for_people: bool = True) -> list[Texts]:
    """The children of a record as rows, in their order."""
    children = list(getattr(record, child.accessor).all())
    for each in children:
        # Of a draft, or prefetched: the record is at hand, and must not be asked for.
        setattr(each, child.owner, record)
    if child.name == "roles":
        children.sort(key=lambda role: (role.programme.order, str(role.uuid)))
    return [texts_of(child, each, for_people=for_people) for each in children]


def draft_of(record: Any) -> Any:
    """A record as its waiting draft says; None if none waits, or if nobody can open it any more."""
    if not getattr(record, "has_unpublished_changes", False) or record.latest_revision_id is None:
        return None
    try:
        return record.get_latest_revision_as_object()
    except (AttributeError, ObjectDoesNotExist):
        # modelcluster gives None for a draft that names a deleted record; the desk cannot open it either.
        return None


def versions_of(table: Table, record: Any) -> Iterator[tuple[str, Any]]:
    """What stands in a file of a record: (version, record as it is in it)."""
    draft = draft_of(record) if table.has_drafts else None
    if draft is None:
        yield "", record
    elif not record.live:
        yield "", draft
    else:
        yield "", record
        yield DRAFT, draft


def marked(texts: Texts, version: str) -> Texts:
    """A row with the version that it is of."""
    return {**texts, VERSION: _WORDS[version]} if version else texts


_WORDS = {value: str(label) for value, label in VERSIONS}


def rows_of(
    roots: Sequence[Table], chosen: Callable[[Table], QuerySet[Any] | None] = lambda table: None
) -> Iterator[tuple[Table, Texts]]:
    """All rows of these tables and of their children's, record by record."""
    for table in roots:
        children = children_of(table.name)
        for keys in chunks(ordered_keys(table, chosen(table))):
            records = load(table, keys)
            for key in keys:
                if (record := records.get(key)) is None:
                    continue
                for version, as_it_is in versions_of(table, record):
                    yield table, marked(texts_of(table, as_it_is), version)
                    for child in children:
                        for texts in children_texts(child, as_it_is):
                            yield child, marked(texts, version)
