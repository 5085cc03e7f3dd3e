"""Templates（ひな型）: entries that are never public, from which others are made, and which these remember.

What is written in a template later is offered to each entry that was made from it, text by text, on the page where the entry is
changed: only of texts that the entry still has as the template had them. Nothing changes unless somebody says so there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from ...models import Resource
from .copying import OWN

# Of another entry, even where it was made from the same template.
UNLIKE = frozenset({"name", "reading", "source", "no_check_reason", "postal_code", "address", "photo_alt"})
TEXTS = ("CharField", "TextField")
# What somebody may answer to an offer; anything else leaves it for another day.
TAKE, KEEP = "take", "keep"
MOST_SHOWN = 30


@dataclass(frozen=True, slots=True)
class Offer:
    """A text of a template that has changed: the field, its name, what the entry says and what the template says now."""

    field: str
    label: str
    before: str
    after: str
    now: str

    @property
    def answer_name(self) -> str:
        """Under which name the form sends what was decided."""
        return f"template-{self.field}"


def templates_of(table: type[Resource]) -> QuerySet[Resource]:
    """The templates of a kind, by name."""
    return table._default_manager.filter(is_template=True).order_by("reading", "name", "pk")[:MOST_SHOWN]


def texts_of(entry: Resource) -> dict[str, str]:
    """By field, the texts and choices that are offered."""
    return {
        field.name: getattr(entry, field.name)
        for field in type(entry)._meta.concrete_fields
        if field.get_internal_type() in TEXTS and field.editable and field.name not in OWN | UNLIKE
    }


def follow(entry: Resource, template: Resource) -> None:
    """Let a new entry remember its template as it is now."""
    entry.template_id = template.pk
    entry.template_said = texts_of(template.get_latest_revision_as_object())


def _template_now(entry: Resource) -> Resource | None:
    """The template as it was saved last; None where it is gone, or a template no more."""
    if entry.template_id is None:
        return None
    row = type(entry)._default_manager.filter(pk=entry.template_id, is_template=True).first()
    return row.get_latest_revision_as_object() if row else None


def offers(entry: Resource) -> list[Offer]:
    """What its template says otherwise by now, of texts that the entry still has as the template had them."""
    template = _template_now(entry)
    if template is None:
        return []
    said, mine = entry.template_said, texts_of(entry)
    return [
        Offer(
            field=name,
            label=_label(entry, name),
            before=_words(entry, name),
            after=_words(template, name),
            now=text,
        )
        for name, text in texts_of(template).items()
        if name in said and text != said[name] and mine[name] == said[name]
    ]


def answered(entry: Resource, cleaned: dict[str, Any], answers: Mapping[str, Any]) -> None:
    """Write what was decided: texts that are taken into `cleaned`, and into the entry what has been decided about.

    Who wrote something else into the field meanwhile has decided so.
    """
    template = _template_now(entry)
    if template is None:
        return
    said = dict(entry.template_said)
    now = texts_of(template)
    # Of the row or draft that the form began with: a form writes its fields into the entry only afterwards.
    for offer in offers(entry):
        answer = answers.get(offer.answer_name)
        if answer == TAKE and cleaned.get(offer.field) == said[offer.field]:
            cleaned[offer.field] = offer.now
        if answer in (TAKE, KEEP):
            said[offer.field] = offer.now
    for name, text in now.items():
        if cleaned.get(name) == text:
            said[name] = text
    entry.template_said = said


def _label(entry: Resource, name: str) -> str:
    """What the field is called."""
    field: Any = entry._meta.get_field(name)
    return str(field.verbose_name)


def _words(entry: Resource, name: str) -> str:
    """What the field says, as somebody reads it."""
    display = getattr(entry, f"get_{name}_display", None)
    return str(display() if display else getattr(entry, name))
