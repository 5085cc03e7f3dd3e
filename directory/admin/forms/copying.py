"""A new entry like another one: with what a resident reads of it, and nothing that is true of the other one alone."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from ...models import Resource

# What hangs on an entry, as rows of its form.
PARTS = ("channels", "opening_rules", "opening_exceptions", "texts", "next_steps")
# True of the other entry alone: who it is, when somebody confirmed it, how it ends, what was said about it among staff.
OWN = frozenset(
    {
        "verified_on",
        "verified_by",
        "ends_on",
        "succeeded_by",
        "staff_note",
        "acceptance_note",
        "fits_participation_support",
        "is_template",
        "deadline",
        # A city has one desk for everything a place.
        "default_for",
        "any_attribute",
        # Wagtail's.
        "live",
        "locked",
        "go_live_at",
        "expire_at",
        "first_published_at",
        "last_published_at",
    }
)


def copy_of(original: Resource) -> Resource:
    """A new entry of the same kind, not saved, with keys of its own; of an entry with a draft, like the draft."""
    source = original.get_latest_revision_as_object()
    table = type(original)
    copy = table()
    for field in table._meta.concrete_fields:
        if field.editable and not field.auto_created and field.name not in OWN:
            setattr(copy, field.attname, getattr(source, field.attname))
    for field in table._meta.many_to_many:
        if field.name not in OWN:
            setattr(copy, field.name, list(getattr(source, field.name).all()))
    for part in PARTS:
        setattr(copy, part, [_row_like(row) for row in getattr(source, part).all()])
    if original.is_template:
        # The name of a template says what it is for.
        copy.name = copy.reading = ""
    else:
        most = table._meta.get_field("name").max_length or 0
        copy.name = _("{name}（写し）").format(name=copy.name[: most - len(_("（写し）"))])
    return copy


def _row_like(row: Any) -> Model:
    """A row of a part with the same facts and a new identity."""
    fields = [field for field in row._meta.concrete_fields if field.editable and not field.auto_created]
    facts = {field.attname: getattr(row, field.attname) for field in fields if field.name != "resource"}
    new: Model = type(row)(**facts, sort_order=row.sort_order)
    return new
