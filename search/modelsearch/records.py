"""The texts of a record as its `search_fields` name them, and the tokens of its three columns."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ObjectDoesNotExist
from django.db.models import Field, Manager, Model
from modelsearch.index import AutocompleteField, BaseField, RelatedFields, SearchField

from .tokens import Row, row_of


@dataclass(frozen=True, slots=True)
class Entry:
    """A record as the index keeps it: tokens, each with whether it is of a name (a title, or a field with a boost)."""

    title: list[tuple[str, bool]]
    body: list[tuple[str, bool]]
    autocomplete: list[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class _Text:
    field: BaseField
    weighty: bool
    text: str


def searchable(*names: str, boost: float | None = None) -> list[BaseField]:
    """Fields of a model that both kinds of search read: whole words, and what the admin finds while somebody types."""
    return [field for name in names for field in (SearchField(name, boost=boost), AutocompleteField(name))]


def entry_of(record: Model) -> Entry:
    """The tokens of a record as it stands, and as somebody has changed it without publishing yet."""
    entry = Entry([], [], [])
    # The same text is mostly in both versions and in both kinds of fields.
    seen: set[tuple[bool, str]] = set()
    for text in _by_weight(
        text for version in _versions(record) for text in _texts(version, version.get_search_fields())
    ):
        parts = isinstance(text.field, AutocompleteField)
        if (parts, text.text) in seen:
            continue
        seen.add((parts, text.text))
        column = entry.autocomplete if parts else entry.title if text.weighty else entry.body
        column += [(token, text.weighty) for token in row_of(text.text, parts=parts)]
    return entry


def rows_of(record: Any, fields: Collection[str], *, parts: bool) -> list[Row]:
    """The tokens of single fields, read from the record itself."""
    kind = AutocompleteField if parts else SearchField
    chosen = [field for field in record.get_search_fields() if isinstance(field, kind) and field.field_name in fields]
    return [row_of(text.text, parts=parts) for text in _texts(record, chosen)]


def _by_weight(texts: Iterable[_Text]) -> list[_Text]:
    # Names first: what does not fit is cut at the end.
    return sorted(texts, key=lambda text: not text.weighty)


def _versions(record: Any) -> Iterator[Any]:
    yield record
    if getattr(record, "has_unpublished_changes", False) and getattr(record, "latest_revision_id", None):
        try:
            yield record.get_latest_revision_as_object()
        except (AttributeError, ObjectDoesNotExist):
            # modelcluster gives None for a draft that names a deleted record; nobody can open it either.
            return


def _texts(record: Any, fields: Sequence[Any]) -> Iterator[_Text]:
    weighty = {field.field_name for field in fields if isinstance(field, SearchField) and _is_name(field)}
    # Most fields are there for both kinds of search.
    said: dict[str, str] = {}
    for field in fields:
        if isinstance(field, RelatedFields):
            for related in _related(record, field):
                yield from _texts(related, field.fields)
        elif isinstance(field, SearchField | AutocompleteField):
            name = field.field_name
            if name not in said:
                said[name] = _plain(_value(record, field)).strip()
            if said[name]:
                yield _Text(field, name in weighty, said[name])


def _value(record: Any, field: BaseField) -> Any:
    attribute = _attribute(record.__class__, field.field_name)
    return field.get_value(record) if attribute is None else getattr(record, attribute)


@cache
def _attribute(model: Any, name: str) -> str | None:
    """Where a record keeps a field of which modelsearch has nothing else to say; it would ask what that is for each record."""
    try:
        field: Any = model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    has_own_way = hasattr(field, "get_searchable_content") or field.is_relation or not field.concrete
    return None if has_own_way or type(field).value_from_object is not Field.value_from_object else field.attname


def _is_name(field: SearchField) -> bool:
    return field.field_name == "title" or (field.boost or 1) > 1


def _related(record: Any, field: RelatedFields) -> list[Any]:
    value = field.get_value(record)
    if isinstance(value, Manager):
        return list(value.all())
    return [] if value is None else [value]


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple | set):
        return "\n".join(map(_plain, value))
    return str(value)
