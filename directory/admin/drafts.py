"""Drafts of entries: a name is enough, nobody's work is lost, and two people may write at once.

What is missing counts when an entry is submitted or published. A form that was opened before somebody else saved is merged with
what they wrote, field by field: what this form left as it was stays theirs, what only this form changed is taken, and where
both wrote something else, whoever sends is shown both and decides.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.forms import Field, ModelForm
from django.forms.models import model_to_dict
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from wagtail.admin import messages
from wagtail.admin.utils import get_user_display_name
from wagtail.models import Revision

from ..models import Resource
from .rows import Hidden, RowForm, Rows, TypedForm

# Without this there is nothing to call the draft by.
NEEDED = "name"
# Written without a new version, by confirmations and hand-overs (`freshness.confirming.write_columns`): a form that was opened before
# says in itself what it showed of them.
WRITTEN_BESIDE = ("owner", "verified_on", "verified_by")


class EntryForm(TypedForm):
    """The form of an entry of the register."""

    # Fields that somebody else changed since the form was opened, and that this form left alone.
    theirs: frozenset[str] = frozenset()

    opened_with = Hidden(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        now = {
            name: _plain(getattr(self.instance, f"{name}_id", None) or getattr(self.instance, name))
            for name in WRITTEN_BESIDE
        }
        self.fields["opened_with"].initial = json.dumps(now)

    def defer_required_fields(self) -> None:
        """Of a draft nobody asks yet for what is missing."""
        super().defer_required_fields()
        for name, field in self.fields.items():
            if name != NEEDED and field.required:
                field.required = False
                self.deferred_required_fields.append(name)
        self.instance.is_unfinished = True

    def restore_required_fields(self) -> None:
        """What follows may ask again."""
        super().restore_required_fields()
        self.instance.is_unfinished = False

    def get_field_updates_for_resave(self) -> list[tuple[str, str]]:
        """Nothing: rows are known by their UUID, so an open form need not be told their keys (`rows`)."""
        return []

    def merge(self, opened_as: Resource | None) -> tuple[list[str], list[RowForm]]:
        """Leave alone what this form did not touch. Returns names of fields, and forms of rows, that both changed.

        `opened_as` is the entry as it was when the form was opened; the form's instance is what stands now. Where nobody knows
        any more what the form showed (None), both changed all that differs.
        """
        now = model_to_dict(self.instance, fields=list(self.fields))
        then = model_to_dict(opened_as or self.instance, fields=list(self.fields))
        untouched, both = set(), []
        for name in now:
            field, sent = self.fields[name], self[name].data
            if not field.has_changed(then[name], sent):
                untouched.add(name)
                _show(field)
            elif (opened_as is None or then[name] != now[name]) and field.has_changed(now[name], sent):
                both.append(name)
        self.theirs = frozenset(untouched)
        rows = [
            row
            for formset in self.formsets.values()
            if isinstance(formset, Rows)
            for row in formset.leave_theirs(opened_as or self.instance)
        ]
        return both, rows

    def _post_clean(self) -> None:
        for name in {*self.theirs, *self._written_since()}:
            self.cleaned_data.pop(name, None)
            # What it showed may be no choice any more; what stands now is.
            self._errors.pop(name, None)
        super()._post_clean()

    def _written_since(self) -> Iterator[str]:
        """Columns that this form left as it showed them, and that were written beside it since."""
        now = json.loads(self.fields["opened_with"].initial)
        try:
            opened = json.loads(self.cleaned_data.get("opened_with") or "{}")
        except ValueError:
            return
        for name in WRITTEN_BESIDE if isinstance(opened, dict) else ():
            if name in self.fields and str(self[name].data or "") == opened.get(name) != now[name]:
                _show(self.fields[name])
                yield name


def _plain(value: Any) -> str:
    """A value of a form or a row as text; nothing is empty."""
    return str(getattr(value, "pk", value) or "")


def _show(field: Field) -> None:
    """A form that is shown once more shows what stands, not what was sent."""
    field.bound_data = lambda data, initial: initial  # type: ignore[method-assign]


class OnlyDraftsSaveThemselves:
    """A form of what has no drafts is live as soon as it is saved, so it does not save itself."""

    autosave_enabled: bool

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """See Wagtail's CreateEditViewOptionalFeaturesMixin."""
        super().setup(request, *args, **kwargs)  # type: ignore[misc]
        if not getattr(self, "draftstate_enabled", False):
            self.autosave_enabled = False


class MergingEditView:
    """An edit view that merges a form which was opened before somebody else saved; autosave waits for a person instead."""

    request: HttpRequest
    model: type[Resource]
    object: Any
    latest_revision: Revision | None
    is_out_of_date: bool
    expects_json_response: bool
    produced_error_message: str | None
    lock: Any
    locked_for_user: bool
    autosave_enabled: bool
    is_stale = False
    opened_as: Resource | None = None

    def get_form_kwargs(self) -> dict[str, Any]:
        """A version that others have followed is not written over."""
        kwargs: dict[str, Any] = super().get_form_kwargs()  # type: ignore[misc]
        if self.request.method == "POST" and not self.expects_json_response and self.is_out_of_date:
            if not self.is_stale:
                self.is_stale, self.opened_as = True, self._opened_as()
            sent = self.request.POST.copy()
            sent.pop("overwrite_revision_id", None)
            self.request.POST = kwargs["data"] = sent  # type: ignore[assignment]
        return kwargs

    def _opened_as(self) -> Resource | None:
        """The entry as this form last knew it; None where that version was written over since."""
        sent = self.request.POST
        key = sent.get("overwrite_revision_id") or sent.get("loaded_revision_id") or ""
        if not (key.isascii() and key.isdigit() and len(key) < 19):
            return None
        found = self.model._default_manager.get(pk=self.object.pk).revisions.filter(pk=key).first()
        if found is None:
            return None
        if "overwrite_revision_id" not in sent and found.created_at.isoformat() != sent.get(
            "loaded_revision_created_at"
        ):
            return None
        return found.as_object()

    def is_valid(self, form: ModelForm) -> bool:
        """Where both wrote something else into one field, nothing is saved yet: both are shown."""
        if self.locked_for_user:
            super().is_valid(form)  # type: ignore[misc]
            self.produced_error_message = _("{why}書いたものは、この画面に残っています。").format(
                why=strip_tags(self.lock.get_message(self.request.user) or "")
            )
            return False
        if not (self.is_stale and isinstance(form, EntryForm)):
            return bool(super().is_valid(form))  # type: ignore[misc]
        both, rows = form.merge(self.opened_as)
        shown = {name: _in_words(form, name) for name in both}
        valid = bool(super().is_valid(form))  # type: ignore[misc]
        if not (both or rows):
            if valid:
                messages.info(self.request, self._told())
            return valid
        for name in both:
            form.add_error(
                name,
                _("{who}が「{text}」に変えました。どちらにするか、選んで直してください。").format(
                    who=self._who(), text=shown[name]
                ),
            )
        for row in rows:
            row.add_error(
                None, _("{who}もここを変えました。これでよければ、このまま保存してください。").format(who=self._who())
            )
        # Whoever must choose is waited for: saved by itself, this form would choose for them.
        self.autosave_enabled = False
        self.produced_error_message = _(
            "開いているあいだに、{who}が先に保存しました。同じところが変わっているので、まだ保存していません。印のところを確かめて、もう一度保存してください。"
        ).format(who=self._who())
        return False

    def _who(self) -> str:
        revision = self.latest_revision
        if revision is None:
            return _("ほかの人")
        when = date_format(timezone.localtime(revision.created_at), "G:i")
        return _("{name}（{when}）").format(
            name=get_user_display_name(revision.user) if revision.user else _("ほかの人"), when=when
        )

    def _told(self) -> str:
        return _(
            "開いているあいだに、{who}が先に保存していました。その人が変えたところは、そのまま残しています。"
        ).format(who=self._who())


def _in_words(form: EntryForm, name: str) -> str:
    """What stands in a field now, for whoever must choose."""
    value = getattr(form.instance, f"get_{name}_display", None)
    if value is not None:
        return str(value())
    stored = getattr(form.instance, name)
    if hasattr(stored, "all"):
        return "、".join(map(str, stored.all()))
    if isinstance(stored, (list, tuple)):
        labels = {str(code): str(label) for code, label in getattr(form.fields[name], "choices", ())}
        return "、".join(labels.get(str(code), str(code)) for code in stored)
    if isinstance(stored, bool):
        return _("はい") if stored else _("いいえ")
    if isinstance(stored, date):
        return date_format(stored, "Y年n月j日")
    return str(stored if stored not in (None, "") else _("（空）"))
