"""The record that is looked at: who may see it, its draft, where it is changed, and its mending."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from modelcluster.models import ClusterableModel
from wagtail.fields import StreamField
from wagtail.log_actions import log
from wagtail.models import DraftStateMixin, LockableMixin, Page

from ...checker.checking import check, mended
from ...checker.offered import offer_of, texts_of
from ...checker.rule import Finding, Text, World
from ...checker.streams import mended_raw
from ...models import Resource
from ..freshness.owning import may_edit, refusal


class Refused(Exception):
    """Why a record cannot be mended now, in words for whoever wanted to."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A record (a page as its own kind), and its newest draft."""

    record: Any
    draft: Any

    @property
    def edit_url(self) -> str:
        """Where it is changed."""
        return edit_url(type(self.record), self.record.pk)

    @property
    def has_drafts(self) -> bool:
        """Whether what is mended waits as a draft; otherwise it shows at once."""
        return isinstance(self.record, DraftStateMixin)

    @property
    def version(self) -> str:
        """What tells whether somebody has saved it since."""
        told = "\n".join(f"{text.field}={text.text}" for text in texts_of(self.draft))
        digest = hashlib.blake2b(told.encode(), digest_size=12).hexdigest()
        return f"{getattr(self.record, 'latest_revision_id', '')}-{digest}"


def address_of(record: models.Model) -> str:
    """The page on which the findings of a record stand."""
    meta = record._meta
    return reverse("checker_record", args=[meta.app_label, meta.model_name, record.pk])


def edit_url(model: type[models.Model], pk: int) -> str:
    """The form of a record."""
    if issubclass(model, Page):
        return reverse("wagtailadmin_pages:edit", args=[pk])
    return reverse(model.snippet_viewset.get_url_name("edit"), args=[pk])  # type: ignore[attr-defined]


def model_of(app: str, name: str) -> type[models.Model]:
    """A type that is looked at. Raises Http404 for every other."""
    try:
        model = apps.get_model(app, name)
    except LookupError:
        raise Http404 from None
    if offer_of(model) is None:
        raise Http404
    return model


def may_see(user: Any, record: Any) -> bool:
    """Whoever may open its form, or its list."""
    if isinstance(record, Page):
        return bool(record.permissions_for_user(user).can_edit())
    meta = record._meta
    return any(user.has_perm(f"{meta.app_label}.{verb}_{meta.model_name}") for verb in ("view", "change"))


def subject(user: Any, app: str, name: str, pk: int) -> Subject:
    """A record with its newest draft. Raises Http404 where there is none, or none for this person."""
    record = model_of(app, name)._default_manager.filter(pk=pk).first()
    if record is None or not may_see(user, record):
        raise Http404
    draft = record.get_latest_revision_as_object() if isinstance(record, DraftStateMixin) else record
    return Subject(record, draft)


def findings(found: Subject, around: World) -> list[Finding]:
    """What there is to say of the newest draft."""
    return check(texts_of(found.draft), around)


def why_not(user: Any, found: Subject) -> str:
    """Why somebody may not change the record; "" if they may."""
    record = found.record
    if isinstance(record, Page):
        if not record.permissions_for_user(user).can_edit():
            return _("このページを直す権限がありません。")
    elif not user.has_perm(f"{record._meta.app_label}.change_{record._meta.model_name}"):
        return _("この記録を直す権限がありません。")
    if isinstance(record, Resource) and not may_edit(user, record):
        return refusal(record)
    if isinstance(record, LockableMixin) and (lock := record.get_lock()) and lock.for_user(user):
        return _("いまは、ほかの人が直しているか承認を待っているので、直せません。")
    return ""


@transaction.atomic
def mend(user: Any, found: Subject, version: str, around: World) -> int:
    """Mend all that is safe: as a new draft where the record has drafts, at once otherwise. Returns how many fields changed.

    `version` is that of the draft that was seen. Raises Refused.
    """
    if why := why_not(user, found):
        raise Refused(why)
    # Two who press at once: the second sees what the first has saved.
    locked = type(found.record)._default_manager.select_for_update().get(pk=found.record.pk)
    current = Subject(locked, locked.get_latest_revision_as_object() if found.has_drafts else locked)
    if current.version != version:
        raise Refused(_("見ているあいだに、ほかの人が保存しました。いまの内容で見直してください。"))
    changed = mend_draft(current.draft, around)
    if not changed:
        return 0
    if found.has_drafts:
        current.draft.save_revision(user=user, log_action=True, clean=False)
        return changed
    try:
        current.draft.full_clean()
    except ValidationError as error:
        raise Refused("".join(error.messages)) from error
    current.draft.save()
    log(instance=current.draft, action="wagtail.edit", user=user)
    return changed


def mend_draft(draft: Any, around: World) -> int:
    """Mend the texts of a record in memory; one that would grow too long for its field stays. Returns how many changed."""
    changed = 0
    offer = offer_of(type(draft))
    rows = {relation: list(getattr(draft, relation).all()) for relation in (offer.rows if offer else ())}
    streams: set[str] = set()
    for text in texts_of(draft):
        owner, name = _place(draft, rows, text)
        column: Any = owner._meta.get_field(name)
        if isinstance(column, StreamField):
            streams.add(name)
            continue
        after = mended(text, around)
        if after != text.text and not (column.max_length and len(after) > column.max_length):
            setattr(owner, name, after)
            changed += 1
    for name in streams:
        changed += _mend_stream(draft, name, around)
    if isinstance(draft, ClusterableModel):
        for relation, members in rows.items():
            setattr(draft, relation, members)
    return changed


def _place(draft: Any, rows: dict[str, list[Any]], text: Text) -> tuple[Any, str]:
    """The record that holds a text, itself or one of its rows, and the name of its column."""
    relation, _dash, rest = text.field.partition("-")
    if relation in rows:
        number, _dash, name = rest.partition("-")
        return rows[relation][int(number)], name
    return draft, relation


def _mend_stream(draft: Any, name: str, around: World) -> int:
    column: Any = draft._meta.get_field(name)
    block = column.stream_block
    before = block.get_prep_value(getattr(draft, name))
    count = 0

    def mend_text(text: Text, longest: int | None) -> str:
        nonlocal count
        after = mended(text, around)
        if after == text.text or (longest and len(after) > longest):
            return text.text
        count += 1
        return after

    after = mended_raw(block, before, mend_text)
    if count:
        setattr(draft, name, block.to_python(after))
    return count
