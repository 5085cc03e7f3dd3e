"""What a record offers to be looked at: of each type, every field in which somebody writes, and what its words are for.

A field without a decision fails a test. None: nobody of the public reads it, or it is no prose (an address of the web).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.db import models
from wagtail.fields import RichTextField, StreamField

from ..choices import ChannelKind
from ..models import (
    Channel,
    NextStep,
    OpeningException,
    OpeningRule,
    Organisation,
    OrganisationRole,
    ResourceText,
    kind_tables,
)
from .rule import Role, Text
from .streams import Get, texts_of_form, texts_of_value

# What a field is for may hang on another one of the same record.
Chosen = Callable[[Get], Role | None]
Roles = Mapping[str, Role | Chosen | None]
# Rows of an inline panel that are looked at in a form.
MOST_ROWS = 300


@dataclass(frozen=True, slots=True)
class Offer:
    """What a type offers: roles by name of field, and the same of the rows below it by the name of their relation."""

    roles: Roles
    rows: Mapping[str, tuple[type[models.Model], Roles]] = field(default_factory=dict)


_offers: dict[type[models.Model], Offer] = {}


def register(model: type[models.Model], offer: Offer) -> None:
    """Let records of a type be looked at."""
    _offers[model] = offer


def offered() -> dict[type[models.Model], Offer]:
    """All types that are looked at."""
    return dict(_offers)


def offer_of(model: type[models.Model]) -> Offer | None:
    """What a type offers, by itself or by what it stands on; None for types that nobody looks at."""
    return next((_offers[base] for base in model.__mro__ if base in _offers), None)


def _number(get: Get) -> Role | None:
    return Role.NUMBER if get("kind") in (ChannelKind.PHONE, ChannelKind.FAX) else None


def _alt(get: Get) -> Role | None:
    return Role.ALT if get("photo") else None


_RESOURCE: Roles = {
    "name": Role.NAME,
    "reading": Role.READING,
    "summary": Role.SENTENCE,
    "body": Role.SENTENCE,
    "easy": Role.EASY,
    "place_name": Role.NAME,
    "postal_code": None,
    "address": None,
    "access_note": Role.SENTENCE,
    "eligibility_note": Role.SENTENCE,
    "cost_note": Role.SENTENCE,
    "first_visit_note": Role.SENTENCE,
    "hours_note": Role.SENTENCE,
    "photo_alt": _alt,
    "source": None,
    "no_check_reason": None,
    "succeeded_by": None,
    "staff_note": None,
    "acceptance_note": None,
}
_OF_KINDS: Roles = {
    "run_by": Role.SENTENCE,
    "capacity": Role.SENTENCE,
    "activity": Role.SENTENCE,
    "commitment": Role.SENTENCE,
    "skills": Role.SENTENCE,
    "pay_note": Role.SENTENCE,
    "support": Role.SENTENCE,
}
_ROWS: dict[str, tuple[type[models.Model], Roles]] = {
    "channels": (Channel, {"value": _number, "note": Role.SENTENCE, "hours": Role.SENTENCE}),
    "opening_rules": (OpeningRule, {"note": Role.SENTENCE}),
    "opening_exceptions": (OpeningException, {"reason": Role.SENTENCE}),
    "next_steps": (NextStep, {"note": Role.SENTENCE}),
    # Other languages: nothing here can tell whether they are right.
    "texts": (ResourceText, {"name": None, "summary": None, "body": None}),
}
for _table in kind_tables().values():
    _own = {name: role for name, role in _OF_KINDS.items() if hasattr(_table, name)}
    register(_table, Offer({**_RESOURCE, **_own}, _ROWS))
register(
    Organisation,
    Offer(
        {
            "name": Role.NAME,
            "reading": Role.READING,
            "operator": Role.NAME,
            "prefecture": None,
            "locality": None,
            "website": None,
            # Words of others, as they stand there.
            "source": None,
            "quote": None,
            "confirm_mail": None,
            "staff_note": None,
        },
        {"roles": (OrganisationRole, {"local_name": Role.NAME, "note": Role.SENTENCE})},
    ),
)


def written_fields(model: type[models.Model]) -> list[str]:
    """The fields of a type in which an editor writes words, wherever they are declared."""
    return [
        each.name
        for each in model._meta.get_fields()
        if isinstance(each, (models.CharField, models.TextField, StreamField, RichTextField))
        and each.editable
        and not getattr(each, "choices", None)
        and not getattr(each, "auto_created", False)
        # Where a page stands in the tree is no word.
        and each.name != "path"
    ]


def texts_of(record: Any) -> Iterator[Text]:
    """The texts of a record as it is (a draft: of the draft), in the order in which its type names them."""
    offer = offer_of(type(record))
    if offer is None:
        return
    yield from _of_record(record, offer.roles, "", "")
    for relation, (model, roles) in offer.rows.items():
        for number, row in enumerate(getattr(record, relation).all()):
            yield from _of_record(row, roles, f"{relation}-{number}-", f"{model._meta.verbose_name}{number + 1} ")


def _of_record(record: Any, roles: Roles, prefix: str, label: str) -> Iterator[Text]:
    model: type[models.Model] = type(record)
    columns = _columns(model)

    def get(name: str) -> str | None:
        value = getattr(record, columns[name].attname)
        return None if value is None else str(value)

    for name, role in decided(roles, get):
        column = columns[name]
        own = f"{label}{column.verbose_name}"
        if isinstance(column, StreamField):
            yield from texts_of_value(column.stream_block, getattr(record, name), prefix + name, own)
        elif (value := get(name) or "") or role in (Role.READING, Role.ALT):
            yield Text(prefix + name, own, role or Role.SENTENCE, value)


@lru_cache(maxsize=64)
def _columns(model: type[models.Model]) -> dict[str, Any]:
    return {column.name: column for column in model._meta.concrete_fields}


def decided(roles: Roles, get: Get) -> Iterator[tuple[str, Role | None]]:
    """The fields that are looked at in a record of which `get` tells the other fields, and what they are for."""
    for name, chosen in roles.items():
        role = chosen(get) if callable(chosen) and not isinstance(chosen, Role) else chosen
        if role is not None:
            yield name, role


def texts_of_post(model: type[models.Model], data: Mapping[str, str]) -> Iterator[Text]:
    """The texts of a form of a type, as it was posted: what is not in it is not looked at."""
    offer = offer_of(model)
    if offer is None:
        return
    yield from _of_form(model, data.get, offer.roles, "", "")
    for relation, (row, roles) in offer.rows.items():
        count = data.get(f"{relation}-TOTAL_FORMS") or ""
        for number in range(min(int(count), MOST_ROWS) if count.isdecimal() else 0):
            prefix = f"{relation}-{number}-"
            if not data.get(f"{prefix}DELETE"):
                yield from _of_form(row, data.get, roles, prefix, f"{row._meta.verbose_name}{number + 1} ")


def _of_form(model: type[models.Model], get: Get, roles: Roles, prefix: str, label: str) -> Iterator[Text]:
    for name, role in decided(roles, lambda own: get(prefix + own)):
        column: Any = model._meta.get_field(name)
        own = f"{label}{column.verbose_name}"
        if isinstance(column, StreamField):
            yield from texts_of_form(column.stream_block, get, prefix + name, own)
        elif (value := get(prefix + name)) is not None and (value or role in (Role.READING, Role.ALT)):
            yield Text(prefix + name, own, role or Role.SENTENCE, value.replace("\r\n", "\n"))
