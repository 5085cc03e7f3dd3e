"""Columns of our own tables: what of a record stands in a cell, and what becomes of the text of a cell.

A column is made of a field of the model (`column_of`), so that its name, its words and its form are said once, in the model.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .values import AND, Unreadable, Values, offer, parts, values_of

_AS_IT_IS = Values()
# What a record is named by in other tables: the first of these that its model has.
KEYS = ("short_id", "slug", "uuid", "file_hash")


class Known(Protocol):
    """Records that a reference may name: those of the register, and those that the same import brings."""

    def find(self, model: type[models.Model], key: str) -> Any:
        """The record of a key, or what stands for it until it is written; None if nobody knows it."""

    def words(self, model: type[models.Model]) -> list[str]:
        """Keys that may be offered for one that nobody knows."""

    def allows(self, field: Any, record: Any) -> bool:
        """Whether a record is among those that a field may name (`limit_choices_to`)."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table, of a scalar field of the model.

    `is_shown_only`: for people who read the file; what stands there on the way in is not looked at.
    """

    name: str
    label: Any
    is_staff: bool = False
    is_shown_only: bool = False
    # Models whose records have it; all of the table's if it is empty.
    models: tuple[type[models.Model], ...] = ()

    def text(self, record: Any) -> str:
        """What stands in the cell of a record."""
        raise NotImplementedError

    def read(self, text: str, known: Known) -> Any:
        """The value of a text. Raises Unreadable."""
        raise NotImplementedError

    def put(self, record: Any, value: Any) -> None:
        """Give the value to a record that is not saved yet."""
        setattr(record, self.name, value)


@dataclass(frozen=True, slots=True)
class Scalar(Column):
    """A column of the model's own table."""

    values: Values = _AS_IT_IS
    is_required: bool = False
    default: Any = None
    is_stripped: bool = False

    def text(self, record: Any) -> str:
        """See `Column`."""
        return self.values.write(getattr(record, self.name))

    def read(self, text: str, known: Known) -> Any:
        """See `Column`. An empty cell is the default of the field."""
        if not text.strip():
            if self.is_required:
                raise Unreadable(_("空にはできません。書いてください。"))
            if self.default is not None:
                return self.default() if callable(self.default) else self.default
        return self.values.read(text)


@dataclass(frozen=True, slots=True)
class Reference(Column):
    """A record of another table, by its key."""

    model: type[models.Model] = models.Model
    key: str = "uuid"
    is_required: bool = False

    def text(self, record: Any) -> str:
        """See `Column`."""
        other = getattr(record, self.name)
        return str(getattr(other, self.key)) if other is not None else ""

    def read(self, text: str, known: Known) -> Any:
        """See `Column`."""
        plain = text.strip()
        if not plain:
            if self.is_required:
                raise Unreadable(_("空にはできません。書いてください。"))
            return None
        return _named(self.model, plain, known)


@dataclass(frozen=True, slots=True)
class References(Column):
    """Several records of another table, by their keys in their order, whatever order they stand in."""

    model: type[models.Model] = models.Model
    key: str = "uuid"
    is_required: bool = False

    def text(self, record: Any) -> str:
        """See `Column`."""
        return AND.join(sorted(str(getattr(other, self.key)) for other in getattr(record, self.name).all()))

    def read(self, text: str, known: Known) -> Any:
        """See `Column`."""
        found = {id(other): other for other in (_named(self.model, part, known) for part in parts(text))}
        if not found and self.is_required:
            raise Unreadable(_("空にはできません。1つは書いてください。"))
        return list(found.values())


def _named(model: type[models.Model], key: str, known: Known) -> Any:
    other = known.find(model, key)
    if other is None:
        message = _("「%(key)s」という%(what)sはありません。") % {"key": key[:80], "what": model._meta.verbose_name}
        raise Unreadable(offer(message, key, known.words(model)))
    return other


@dataclass(frozen=True, slots=True)
class Codes(Column):
    """Inline children that are nothing but a code or a reference (郵便番号, 答える機関), in their order, in one cell."""

    child: type[models.Model] = models.Model
    field: str = ""
    model: type[models.Model] | None = None
    key: str = ""
    is_sorted: bool = False

    def text(self, record: Any) -> str:
        """See `Column`."""
        found = [getattr(child, self.field) for child in getattr(record, self.name).all()]
        texts = [str(getattr(value, self.key)) if self.model else str(value) for value in found]
        return AND.join(sorted(texts) if self.is_sorted else texts)

    def read(self, text: str, known: Known) -> Any:
        """See `Column`: children that are not saved yet."""
        found = list(dict.fromkeys(parts(text)))
        if self.model is None:
            return [self.child(**{self.field: part.replace("-", "")}) for part in found]
        return [
            self.child(**{self.field: _named(self.model, part, known), "sort_order": order})
            for order, part in enumerate(found)
        ]

    def put(self, record: Any, value: Any) -> None:
        """See `Column`."""
        getattr(record, self.name).set(value)


@dataclass(frozen=True, slots=True)
class Shown(Column):
    """Words beside a reference, for people who read the file."""

    say: Callable[[Any], str] = str

    def text(self, record: Any) -> str:
        """See `Column`."""
        return self.say(record)


def key_of(model: type[models.Model]) -> str:
    """By which of its columns a record is named in other tables."""
    fields = {field.name: field for field in model._meta.concrete_fields}
    # A code names a record only where no other may have it: that of a municipality is not asked of other areas.
    if "code" in fields and fields["code"].unique:
        return "code"
    return next(name for name in KEYS if name in fields)


def _key_label(field: Any, model: type[models.Model]) -> Any:
    pattern = gettext_lazy("%sの番号") if key_of(model) in ("uuid", "short_id") else gettext_lazy("%sのコード")
    return pattern % field.verbose_name


def columns_of(field: Any, *, is_staff: bool = False, owners: tuple[type[models.Model], ...] = ()) -> Sequence[Column]:
    """The columns of a field: one, or for a reference its key, and its name beside it for people."""
    common: dict[str, Any] = {"name": field.name, "is_staff": is_staff, "models": owners}
    if field.many_to_many or field.is_relation:
        other = field.related_model
        label, key = _key_label(field, other), key_of(other)
        shown = {**common, "name": f"{field.name}_name", "label": field.verbose_name, "is_shown_only": True}
        if field.many_to_many:

            def say_all(record: Any, name: str = field.name, key: str = key) -> str:
                others = sorted(getattr(record, name).all(), key=lambda other: str(getattr(other, key)))
                return AND.join(map(str, others))

            return (
                References(**common, label=label, model=other, key=key, is_required=not field.blank),
                Shown(**shown, say=say_all),
            )

        def say(record: Any, name: str = field.name) -> str:
            value = getattr(record, name)
            return str(value) if value is not None else ""

        return (
            Reference(**common, label=label, model=other, key=key, is_required=not field.blank),
            Shown(**shown, say=say),
        )
    default = field.default if field.has_default() and not field.null else None
    return (
        Scalar(
            **common,
            label=field.verbose_name,
            values=values_of(field),
            # What may be empty says so; a time or a day that may not has no text for nothing.
            is_required=not field.blank and not field.has_default() and not isinstance(field, models.BooleanField),
            default=default,
        ),
    )
