"""What part each type of institution plays in answers, and whose pages one must be able to leave unseen: all of it held whole.

A city may add types and fields: code asks for a part, never for the code of a type.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..cache import remembered
from ..choices import SOUGHT, Kind, TypeRole
from ..models import Field, InstitutionType

# Forgotten when a type or a field changes (`directory.signals.MEMORIES`).
MEMORY = "needs"


@dataclass(frozen=True, slots=True)
class TypeEntry:
    """A type of institution: its code and name, its part (`TypeRole` or ""), and whether its pages are sensitive."""

    code: str
    name: str
    role: str
    is_sensitive: bool


@dataclass(frozen=True, slots=True)
class _Known:
    types: Mapping[str, TypeEntry]
    sensitive_fields: frozenset[str]


def all_types() -> Mapping[str, TypeEntry]:
    """All types of institution by code, in the city's order."""
    return _known().types


def role_of(code: str) -> str:
    """The part of a type of institution, or "" for a plain desk and for a code that is none."""
    entry = all_types().get(code)
    return entry.role if entry else ""


def types_as(role: TypeRole) -> tuple[str, ...]:
    """Codes of the types that play a part, in the city's order: one or none, but a city may have made several."""
    return tuple(entry.code for entry in all_types().values() if entry.role == role)


def is_sought(code: str) -> bool:
    """Whether one goes to a place or an activity of the type, rather than to a desk."""
    return role_of(code) in SOUGHT


def kind_of_type(code: str) -> str:
    """The kind of resource that is looked for where the type is named, where that is certain, or ""."""
    role = role_of(code)
    return role if role in Kind.values else ""


def is_sensitive(type_code: str, field_codes: Iterable[str]) -> bool:
    """Whether somebody who looks at what is of this type and these fields may have to leave the page quickly, unseen."""
    known = _known()
    entry = known.types.get(type_code)
    return bool(entry and entry.is_sensitive) or not known.sensitive_fields.isdisjoint(field_codes)


def _known() -> _Known:
    return remembered(MEMORY, "roles", _read)


def _read() -> _Known:
    return _Known(
        {
            code: TypeEntry(code, name, role, sensitive)
            for code, name, role, sensitive in InstitutionType.objects.values_list(
                "code", "name", "role", "is_sensitive"
            )
        },
        frozenset(Field.objects.filter(is_sensitive=True).values_list("code", flat=True)),
    )
