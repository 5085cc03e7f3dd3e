"""The form of an entry of any kind, and the entry as half a form makes it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BaseModelFormSet
from django.forms.formsets import DELETION_FIELD_NAME
from django.utils.translation import gettext_lazy as _

from ...models import Resource
from ..drafts import EntryForm
from .choosing import limit_to_city
from .copying import PARTS
from .hours import LONGEST_SENTENCE, Reading, read_sentence
from .linking import answered

# Buttons that end in publication.
PUBLISHING = {"action-publish", "action-submit"}


class ResourceForm(EntryForm):
    """Offers what is the city's own, and reads opening times that are written as a sentence.

    With JavaScript the sentence becomes rows before the form is sent, and is not sent itself. Without, it is read when the entry
    is saved, unless there are rows: it never changes any.
    """

    hours_sentence = forms.CharField(
        label=_("時間を文で書く"),
        required=False,
        max_length=LONGEST_SENTENCE,
        help_text=_("例：第2・4土曜 13時半から15時 ／ 月〜金 9:00-17:00（祝日除く）"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        limit_to_city(self.fields, self.instance, self.initial)

    @property
    def hours_read(self) -> Reading | None:
        """What the sentence says that is put into the entry; None where there is none, or there are rows already."""
        sentence = (self.cleaned_data.get("hours_sentence") or "").strip()
        return read_sentence(sentence) if sentence and not rows_of(self.formsets.get("opening_rules")) else None

    def clean(self) -> dict[str, Any]:
        """What cannot be a rule is added to the note, as long as that has room for it."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        reading = self.hours_read
        note = cleaned.get("hours_note")
        if reading and reading.note and note is not None and reading.note not in note:
            longer = f"{note} {reading.note}".strip()
            most = self.instance._meta.get_field("hours_note").max_length
            if len(longer) > most:
                error = _("「時間の備考」に入りきりません。%(most)s文字までに短くしてください。")
                raise ValidationError({"hours_sentence": ValidationError(error, params={"most": most})})
            cleaned["hours_note"] = longer
        answered(self.instance, cleaned, self.data)
        if cleaned.get("is_template") and PUBLISHING & set(self.data):
            raise ValidationError({"is_template": _("ひな型は公開されません。下書きとして保存してください。")})
        return cleaned

    def save(self, commit: bool = True) -> Resource:
        """With the rules that the sentence says."""
        resource: Resource = super().save(commit=commit)
        if (reading := self.hours_read) and reading.rules:
            rows: Any = resource.opening_rules
            rows.add(*reading.new_rules())
            if commit:
                rows.commit()
        return resource


def rows_of(formset: BaseModelFormSet | None) -> list[forms.ModelForm]:
    """The rows of a part that somebody wrote and did not take away."""
    if formset is None:
        return []
    # `deleted_forms` of a formset with a mistake in it are none.
    formset.is_valid()
    kept = [form for form in formset.forms if not getattr(form, "cleaned_data", {}).get(DELETION_FIELD_NAME)]
    # A row of a draft has no key.
    known = set(map(id, formset.initial_forms))
    return [form for form in kept if id(form) in known or form.has_changed()]


def as_written(form: ResourceForm) -> Resource:
    """The entry as a form makes it that may be half done: what is not valid counts as not written. Nothing is saved."""
    form.is_valid()
    resource: Resource = form.instance
    for field in resource._meta.many_to_many:
        if field.name in form.fields:
            setattr(resource, field.name, list(form.cleaned_data.get(field.name, ())))
    for column in resource._meta.concrete_fields:
        if column.name in form.errors:
            setattr(resource, column.attname, None if column.null or column.is_relation else column.get_default())
    for name in PARTS:
        if formset := form.formsets.get(name):
            getattr(resource, name).set([row.instance for row in rows_of(formset) if row.is_valid()])
    if (reading := form.hours_read) and reading.rules:
        resource.opening_rules.add(*reading.new_rules())
    return resource
