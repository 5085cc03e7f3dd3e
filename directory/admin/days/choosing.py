"""Which entries: by area, kind, field, organisation or name, then ticked one by one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ...areas.index import area_index, home_area
from ...choices import Kind
from ...days.notices import MOST_ENTRIES, public_entries
from ...models import Field, Resource
from ...public.selectors import records_at_home
from ..freshness.owning import theirs

# So many can be ticked one by one; of more, all are meant, and the first are shown.
MOST_TICKED = 300
SHOWN = 30
LONGEST = 80


class ChooseForm(forms.Form):
    """What narrows the entries; what is left empty narrows nothing."""

    area = forms.ChoiceField(label=gettext_lazy("地域"), required=False)
    kind = forms.ChoiceField(label=gettext_lazy("種類"), required=False)
    field = forms.ModelChoiceField(
        label=gettext_lazy("分野"),
        queryset=Field.objects.filter(retired=False),
        required=False,
        to_field_name="code",
        empty_label=gettext_lazy("すべて"),
    )
    organisation = forms.CharField(label=gettext_lazy("機関・団体の名前"), required=False, max_length=LONGEST)
    name = forms.CharField(label=gettext_lazy("案内の名前"), required=False, max_length=LONGEST)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        home = home_area()
        nodes = area_index().choices(home.pk if home else None)
        everything = ("", _("すべて"))
        areas = [everything, *((node.slug, node.name) for node in nodes)]
        kinds = [everything, *((kind.value, str(kind.label)) for kind in Kind)]
        self.fields["area"] = forms.ChoiceField(label=_("地域"), required=False, choices=areas)
        self.fields["kind"] = forms.ChoiceField(label=_("種類"), required=False, choices=kinds)

    def words(self) -> str:
        """What was chosen, in words; 「すべて」 where nothing was."""
        told = self.cleaned_data
        index = area_index()
        said = [
            index.by_slug[told["area"]].name if told.get("area") else "",
            str(Kind(told["kind"]).label) if told.get("kind") else "",
            str(told["field"]) if told.get("field") else "",
            *(f"「{told[name]}」" for name in ("organisation", "name") if told.get(name)),
        ]
        return "・".join(filter(None, said)) or _("すべて")


@dataclass(frozen=True, slots=True)
class Found:
    """What fits: entries with their organisation, how many there are, and whether they can be ticked one by one.

    `also` stand in the area, but are for people of a wider one: the desk of a whole city must not close with the ward in which
    it happens to lie, unless somebody ticks it.
    """

    entries: tuple[Resource, ...]
    pks: tuple[int, ...]
    can_tick: bool
    also: tuple[Resource, ...] = ()

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.pks)

    @property
    def is_too_many(self) -> bool:
        """More than one notice takes."""
        return self.count > MOST_ENTRIES


def fitting(form: ChooseForm, user: Any) -> Found:
    """Public entries of the home municipality that fit a valid form and that are this person's to change, in reading order."""
    told = form.cleaned_data
    fits = _fitting(told, user)
    pks: tuple[int, ...]
    also: tuple[int, ...] = ()
    if not told.get("area"):
        pks = _keys(fits)
    else:
        index = area_index()
        area = index.by_slug[told["area"]].pk
        inside = {area, *index.descendants(area)}
        pks = _keys(fits.filter(areas__in=inside))
        own = set(pks)
        also = tuple(pk for pk in _keys(fits.filter(town__areas__in=inside)) if pk not in own)
    can_tick = len(pks) + len(also) <= MOST_TICKED
    shown, also = (pks, also) if can_tick else (pks[:SHOWN], ())
    rows = Resource.objects.filter(pk__in=[*shown, *also]).select_related("organisation").defer("body", "easy")
    by_pk = {row.pk: row for row in rows}
    return Found(tuple(by_pk[pk] for pk in shown), pks, can_tick, tuple(by_pk[pk] for pk in also))


def _keys(found: QuerySet[Resource]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(found.order_by("reading", "pk").values_list("pk", flat=True)))


def _fitting(told: dict[str, Any], user: Any) -> QuerySet[Resource]:
    """What fits all but the area."""
    found = theirs(user, Resource.objects.filter(pk__in=records_at_home(home_area()).values("pk")))
    if told.get("kind"):
        found = found.filter(kind=told["kind"])
    if told.get("field"):
        found = found.filter(fields=told["field"])
    if told.get("organisation"):
        found = found.filter(organisation__name__icontains=told["organisation"])
    if told.get("name"):
        found = found.filter(name__icontains=told["name"])
    return found


def chosen(texts: Iterable[str], user: Any) -> list[int]:
    """Of the keys that a form sent (ticks, or one text with commas) those that are public and this person's."""
    typed = [piece.strip() for text in texts for piece in text.split(",")]
    # A key that no column holds would be an error of the database. Two more than fit: the notice says that they are too many.
    pks = [int(piece) for piece in typed if piece.isascii() and piece.isdigit() and len(piece) < 10]
    pks = public_entries(pks[: 4 * MOST_ENTRIES])
    allowed: set[int] = set()
    for start in range(0, len(pks), 1000):
        some = pks[start : start + 1000]
        allowed.update(theirs(user, Resource.objects.filter(pk__in=some)).values_list("pk", flat=True))
    return [pk for pk in pks if pk in allowed]
