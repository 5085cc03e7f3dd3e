"""Who can receive somebody: entries that fit 参加支援, with what their hosts told the city. For staff and partners of 第2号 alone.

Searched in the tables and not in the index, for the index is public.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..areas.index import area_index
from ..choices import Confirmer, Kind
from ..models import Intake, Resource

# What was heard so long ago is shown as old.
STALE = timedelta(days=90)
MOST_WORDS = 6
LONGEST_WORDS = 100


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; empty values ask for nothing. `everything`: also entries that nobody has marked as fitting."""

    words: str = ""
    kind: str = ""
    field: str = ""
    area: str = ""
    free: bool = False
    everything: bool = False


def hosts(wanted: Wanted, today: date | None = None) -> QuerySet[Resource]:
    """Published entries that fit, those with room first. An unknown field, area or kind finds nothing.

    Where a type hides where it is (shelters), nothing is told of it here either.
    """
    today = today or timezone.localdate()
    found = (
        Resource.objects.filter(live=True, public_record__isnull=False)
        .exclude(kind=Kind.DESK)
        .exclude(type__hides_address=True)
    )
    if not wanted.everything:
        found = found.filter(fits_participation_support=True)
    if wanted.kind:
        found = found.filter(kind=wanted.kind)
    if wanted.field:
        found = found.filter(fields__code=wanted.field)
    if wanted.area:
        node = area_index().by_slug.get(wanted.area)
        found = found.filter(areas__in=area_index().relevant_to(node.pk)) if node else found.none()
    if wanted.free:
        found = found.filter(Q(intake__people__gt=0) | Q(intake__next_on__lte=today), intake__paused=False)
    for word in unicodedata.normalize("NFKC", wanted.words[:LONGEST_WORDS]).split()[:MOST_WORDS]:
        found = found.filter(
            Q(name__icontains=word)
            | Q(reading__icontains=word)
            | Q(summary__icontains=word)
            | Q(organisation__name__icontains=word)
            | Q(acceptance_note__icontains=word)
            | Q(intake__needs__icontains=word)
        )
    return (
        found.select_related("organisation", "intake")
        .prefetch_related("fields", "areas")
        .order_by(F("intake__people").desc(nulls_last=True), "reading", "pk")
        .distinct()
    )


def is_old(intake: Intake, today: date) -> bool:
    """Whether somebody should ask again before they count on it."""
    return intake.told_on < today - STALE


class IntakeForm(forms.ModelForm):
    """How many, when next, pause, what is needed. An empty form of a host says nothing of what stands there."""

    people = forms.IntegerField(
        label=gettext_lazy("いま受け入れられる人数"), required=False, min_value=0, max_value=999
    )

    class Meta:
        model = Intake
        fields = ("people", "next_on", "paused", "needs")
        widgets = {"next_on": forms.DateInput(attrs={"type": "date"})}

    def clean(self) -> dict[str, Any]:
        """Nobody pauses and has room, and a day that is next is not past."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        day = cleaned.get("next_on")
        if day and day < timezone.localdate():
            self.add_error("next_on", _("過ぎた日になっています。これからの日を書くか、空にしてください。"))
        if cleaned.get("paused") and cleaned.get("people"):
            self.add_error("people", _("休んでいるときは、人数を空にしてください。"))
        if not any((cleaned.get("people") is not None, day, cleaned.get("paused"), cleaned.get("needs"))):
            raise ValidationError(_("どれか1つを書いてください。"))
        return cleaned


def keep(resource_id: int, form: IntakeForm, role: Confirmer) -> Intake:
    """Keep what was told, in place of what was told before. Ask `is_valid` first."""
    values = {name: form.cleaned_data[name] for name in form.Meta.fields}
    return Intake.objects.update_or_create(
        resource_id=resource_id, defaults={**values, "told_on": timezone.localdate(), "role": role}
    )[0]
