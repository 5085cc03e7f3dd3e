"""Rows within a form (hours, channels ...), known by their UUID.

Wagtail and modelcluster know a row by its primary key. A row of a draft has none, and one that is published gets another, so a
form that was opened before posts keys that are gone, or none: then a row is written twice, or rows that somebody else added in
the meantime are taken away (wagtail#14359, modelcluster#211). The UUID of a row never changes. Here it travels with the form
and alone says which row is meant; rows of which a form says nothing stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID, uuid4, uuid5

from django import forms
from django.forms.formsets import DELETION_FIELD_NAME, ORDERING_FIELD_NAME
from django.forms.models import BaseModelFormSet, model_to_dict
from django.http import QueryDict
from modelcluster.forms import BaseChildFormSet
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import InlinePanel
from wagtail.admin.panels.base import get_form_for_model

from ..validators import visible

# No form has as many new channels or opening times.
MOST_ROWS = 400
IDENTITY = "uuid"
# Fields of a row's form that say nothing of its content.
_FRAME = {IDENTITY, "id", DELETION_FIELD_NAME, ORDERING_FIELD_NAME}


class Hidden(forms.CharField):
    """Travels with a form or a row; an empty row is no less empty for it."""

    widget = forms.HiddenInput

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Never: see above."""
        return False


class TypedForm(WagtailAdminModelForm):
    """Text pasted from elsewhere is taken as it looks: nobody can delete what they cannot see."""

    def _widget_data_value(self, widget: forms.Widget, html_name: str) -> Any:
        value = super()._widget_data_value(widget, html_name)
        if not isinstance(value, str):
            return value
        return visible(value, "\n" if isinstance(widget, forms.Textarea) else " ")


class RowForm(TypedForm):
    """The form of a row, with its UUID."""

    uuid = Hidden(required=False)

    # Somebody else changed or deleted what this form left as it was: theirs stands (`Rows.leave_theirs`).
    is_theirs = False
    is_gone = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[IDENTITY].initial = self.instance.uuid

    def defer_required_fields(self) -> None:
        """Of a draft nobody asks yet for what is missing."""
        super().defer_required_fields()
        for name, field in self.fields.items():
            if name not in _FRAME and field.required:
                field.required = False
                self.deferred_required_fields.append(name)
        self.instance.is_unfinished = True

    def restore_required_fields(self) -> None:
        """What follows may ask again."""
        super().restore_required_fields()
        self.instance.is_unfinished = False

    def content(self) -> Iterator[tuple[str, forms.Field]]:
        """The fields that say something."""
        return ((name, field) for name, field in self.fields.items() if name not in _FRAME)

    def shows(self, row: Any) -> dict[str, Any]:
        """What the fields show of a row."""
        return model_to_dict(row, fields=[name for name, _field in self.content()])

    def says_otherwise(self, shown: Mapping[str, Any]) -> bool:
        """Whether what was sent differs from what a form showed."""
        return any(field.has_changed(shown.get(name), self[name].data) for name, field in self.content())

    def _post_clean(self) -> None:
        if self.is_theirs or self.is_gone:
            return
        if found := self.cleaned_data.get(IDENTITY):
            self.instance.uuid = UUID(found)
        super()._post_clean()


class Rows(BaseChildFormSet):
    """The rows of a form, found again by their UUID wherever they stand and whatever key they have."""

    fk: Any
    rel_name: str
    max_num: int
    absolute_max: int

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        instance = kwargs.get("instance")
        self._old: list[Any] = []
        self._sent_as: dict[str, UUID | None] = {}
        if data is not None and instance is not None:
            # From here on each row is one object, whoever asks for it.
            rows = getattr(instance, self.fk.remote_field.get_accessor_name()).get_object_list()
            # Whoever sends a wild number waits for as many forms to be made.
            self.max_num = self.absolute_max = len(rows) + MOST_ROWS
            data = self._told_apart(
                data, {row.uuid: row for row in rows}, kwargs.get("prefix") or self.get_default_prefix()
            )
        super().__init__(data, *args, **kwargs)

    def _told_apart(self, data: Any, known: Mapping[UUID, Any], prefix: str) -> Any:
        """The same data: rows that exist first, each with its own UUID; new ones behind them. Broken numbers stay, to be refused."""
        try:
            total = min(int(data[f"{prefix}-TOTAL_FORMS"]), self.absolute_max)
        except (KeyError, ValueError, TypeError):
            return data
        old: dict[UUID, int] = {}
        new: dict[UUID, int] = {}
        for number in range(total):
            posted = _uuid(data.get(f"{prefix}-{number}-{IDENTITY}"))
            # New rows carry the UUID of the empty row of their page; with their number it is their own, at every save alike.
            derived = uuid5(posted, str(number)) if posted else uuid4()
            if posted is not None and posted in known and posted not in old:
                old[posted] = number
            elif derived in known:
                old[derived] = number
            else:
                new[derived] = number
                self._sent_as[str(derived)] = posted
        self._old = [known[identity] for identity in old]
        moved = QueryDict(mutable=True)
        rows: dict[int, dict[str, list[str]]] = {}
        for key in data:
            values = data.getlist(key) if hasattr(data, "getlist") else [data[key]]
            number, _dash, rest = key.removeprefix(f"{prefix}-").partition("-")
            if key.startswith(f"{prefix}-") and number.isdecimal() and rest:
                rows.setdefault(int(number), {})[rest] = values
            else:
                moved.setlist(key, values)
        for place, (identity, number) in enumerate({**old, **new}.items()):
            for rest, values in rows.get(number, {}).items():
                moved.setlist(f"{prefix}-{place}-{rest}", values)
            moved[f"{prefix}-{place}-{IDENTITY}"] = str(identity)
        moved[f"{prefix}-INITIAL_FORMS"] = str(len(old))
        return moved

    def _construct_form(self, i: int, **kwargs: Any) -> Any:
        """A row that exists is the object of its parent; neither of the classes above knows one without a key."""
        if self.is_bound and i < len(self._old):
            return super(BaseModelFormSet, self)._construct_form(i, instance=self._old[i], **kwargs)  # type: ignore[misc]
        return super()._construct_form(i, **kwargs)

    def add_fields(self, form: Any, index: int | None) -> None:
        """The key says nothing here: one that is gone is no mistake of whoever sent it."""
        super().add_fields(form, index)
        form.fields["id"] = Hidden(required=False, empty_value=None, initial=form.instance.pk)
        if ORDERING_FIELD_NAME in form.fields:
            # A row that was opened and left empty is none, wherever it stands.
            form.fields[ORDERING_FIELD_NAME].has_changed = lambda initial, data: False

    def _should_delete_form(self, form: Any) -> bool:
        return form.is_gone or super()._should_delete_form(form)  # type: ignore[misc]

    def save(self, commit: bool = True) -> list[Any]:
        """As modelcluster does, but rows without a key are no less known, and rows that the form does not name stay."""
        saved = super(BaseChildFormSet, self).save(commit=False)
        manager = getattr(self.instance, self.rel_name)
        gone = [form.instance for form in self.deleted_forms]
        told: list[Any] = []
        if self.can_order:
            told = [form.instance for form in self.ordered_forms]
            others = [row for row in manager.get_object_list() if not any(row is one for one in (*told, *gone))]
            for place, row in enumerate([*told, *others]):
                row.sort_order = place
        manager.remove(*(row for row in gone if any(row is one for one in manager.get_object_list())))
        named = {id(row): row for row in (*told, *saved)}
        manager.add(*(row for row in named.values() if not any(row is one for one in gone)))
        self.save_m2m()
        if commit:
            manager.commit()
        return saved

    def leave_theirs(self, opened_as: Any) -> list[RowForm]:
        """Leave rows that the form did not touch as somebody else made them since it was opened, also where they deleted one.

        `opened_as` is the parent as it was then. Returns the forms of rows that both changed, or one changed and one deleted.
        """
        before = {row.uuid: row for row in getattr(opened_as, self.rel_name).all()}
        both: list[RowForm] = []
        old: Any = self.initial_forms
        new: Any = self.extra_forms
        for form in old:
            if form.instance.uuid not in before:
                continue
            then, now = form.shows(before[form.instance.uuid]), form.shows(form.instance)
            is_deleted = form[DELETION_FIELD_NAME].data
            is_touched = form.says_otherwise(then)
            form.is_theirs = not is_touched and not is_deleted
            if then != now and (is_deleted or (is_touched and form.says_otherwise(now))):
                both.append(form)
        for form in new:
            # No new row: it was there when the form was opened.
            was = before.get(self._sent_as.get(form[IDENTITY].data) or uuid4())
            if was is not None and not form[DELETION_FIELD_NAME].data:
                form.is_gone = not form.says_otherwise(form.shows(was))
                if not form.is_gone:
                    both.append(form)
        return both


def _uuid(text: Any) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None


class RowsPanel(InlinePanel):
    """An InlinePanel of children that have a UUID (`models.base.Child`)."""

    def get_form_options(self) -> dict[str, Any]:
        """The same fields, with the identity of a row."""
        options = super().get_form_options()
        rows = options["formsets"][self.relation_name]
        deferred = rows["form"]._meta.defer_required_on_fields if "form" in rows else []
        rows["form"] = get_form_for_model(
            self.db_field.related_model, form_class=RowForm, defer_required_on_fields=deferred
        )
        rows["formset"] = Rows
        return options
