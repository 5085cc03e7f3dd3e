"""The needs of the register with what answers them, held whole: there are some dozens."""

from __future__ import annotations

from dataclasses import dataclass

from ..cache import remembered
from ..choices import NeedRole
from ..models import Need

MEMORY = "needs"


@dataclass(frozen=True, slots=True)
class NeedEntry:
    """A need: its words, its fields (code, name) and the codes of the institution types that answer it, in order."""

    pk: int
    code: str
    name: str
    plain: str
    fields: tuple[tuple[str, str], ...]
    types: tuple[str, ...]
    role: str = ""


def all_needs() -> list[NeedEntry]:
    """Needs in use, in the city's order."""
    return remembered(MEMORY, "all", _read)


def needs_of(codes: list[str]) -> list[NeedEntry]:
    """The needs of the codes; unknown codes are left out."""
    return [need for need in all_needs() if need.code in codes]


def need_by_code(code: str) -> NeedEntry | None:
    """The need of a code, if it is in use."""
    return remembered(MEMORY, "by code", lambda: {need.code: need for need in all_needs()}).get(code)


def needs_as(role: NeedRole) -> tuple[str, ...]:
    """Codes of the needs in use that mean this for the answers, in the city's order."""
    return tuple(need.code for need in all_needs() if need.role == role)


def need_by_pk(pk: int | None) -> NeedEntry | None:
    """The need of a primary key, if it is in use."""
    return next((need for need in all_needs() if need.pk == pk), None)


def _read() -> list[NeedEntry]:
    return [
        NeedEntry(
            need.pk,
            need.code,
            need.name,
            need.plain,
            tuple((field.code, field.name) for field in need.fields.all()),
            tuple(answer.type.code for answer in need.answers.all()),
            need.role,
        )
        for need in Need.objects.filter(retired=False).prefetch_related("fields", "answers__type")
    ]
