"""Whose entries are whose: an office edits what it answers for and what is of its field; everybody sees all and may propose.

Only people whom somebody has put into an office are held to this: in a town that keeps no such lists everybody edits everything.
Managers (who may hand an office over) edit all, and so what is published is theirs anyway.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.admin import messages

from ...areas.index import area_index
from ...models import Office, PublicRecord, Resource
from .access import LEAD, SPECIALISTS


def offices_of(user: Any) -> list[Office]:
    """The offices that somebody works in and that there still are."""
    return list(Office.objects.filter(people=user.pk, retired=False).prefetch_related("fields", "areas"))


def own_office(user: Any) -> Office | None:
    """The office of somebody who works in one alone: it owns what they make."""
    found = offices_of(user)
    return found[0] if len(found) == 1 else None


def may_edit(user: Any, resource: Resource) -> bool:
    """Whether an entry is theirs to change, as it stands in the register (a draft may name others)."""
    if user.has_perm(LEAD):
        return True
    offices = offices_of(user)
    if not offices:
        return not is_specialist(user)
    row = Resource.objects.select_related("owner").get(pk=resource.pk)
    if row.effective_owner in offices:
        return True
    fields = set(row.fields.values_list("pk", flat=True))
    areas = set(row.areas.values_list("pk", flat=True))
    return any(_looks_after(office, fields, areas) for office in offices)


def is_specialist(user: Any) -> bool:
    """Whether somebody edits only what is of their offices, so nothing while they are in none."""
    return bool(not user.is_superuser and user.groups.filter(name=SPECIALISTS).exists())


def _looks_after(office: Office, fields: set[int], areas: set[int]) -> bool:
    """Whether an entry of these fields and areas is among what an office looks after; both where it has both."""
    own_fields, inside = _looked_after(office)
    if not own_fields and not inside:
        return False
    return not (own_fields and not own_fields & fields) and not (inside and not inside & areas)


def _looked_after(office: Office) -> tuple[set[int], set[int]]:
    """The fields of an office, and its areas with all that lies in them."""
    areas = {area.pk for area in office.areas.all()}
    index = area_index()
    return {field.pk for field in office.fields.all()}, areas.union(*(index.descendants(area) for area in areas))


def theirs(user: Any, resources: QuerySet[Resource]) -> QuerySet[Resource]:
    """Of entries those of which `may_edit` is true, in one question."""
    if user.has_perm(LEAD):
        return resources
    offices = offices_of(user)
    if not offices:
        return resources.none() if is_specialist(user) else resources
    everything = Resource.objects.all()
    own = Q(owner__in=offices)
    if Office.default() in offices:
        own |= Q(owner=None) | Q(owner__retired=True)
    ids = Q(pk__in=everything.filter(own).values("pk"))
    for office in offices:
        fields, inside = _looked_after(office)
        if fields or inside:
            found = everything.filter(fields__in=fields) if fields else everything
            found = found.filter(areas__in=inside) if inside else found
            ids |= Q(pk__in=found.values("pk"))
    return resources.filter(ids)


def refusal(resource: Resource) -> str:
    """Why somebody may not, and what they can do."""
    owner = Resource.objects.select_related("owner").get(pk=resource.pk).effective_owner
    return _("「{name}」は、{office}が受け持っています。ここからは見ることと、変更を届けることができます。").format(
        name=resource.name, office=owner
    )


class OwnedView:
    """A view of one entry that sends whom the entry is not theirs to where they can propose; nothing of their form is kept."""

    object: Any
    request: HttpRequest

    def dispatch(self, *args: Any, **kwargs: Any) -> HttpResponse:
        """Asked before anything is read from a form; going back to an earlier version is an edit, too."""
        resource: Any = getattr(self, "object", None) or self.get_object()  # type: ignore[attr-defined]
        if may_edit(self.request.user, resource):
            answer: HttpResponse = super().dispatch(*args, **kwargs)  # type: ignore[misc]
            return answer
        return to_proposal(self.request, resource)


def to_proposal(request: HttpRequest, resource: Resource) -> HttpResponse:
    """To the page on which changes are proposed; of what is not public nothing can be, so back to the list."""
    messages.warning(request, refusal(resource))
    if PublicRecord.objects.filter(pk=resource.pk).exists():
        return redirect(f"{reverse('freshness_entry')}?entry={resource.short_id}")
    return redirect(f"wagtailsnippets_directory_{resource.specific._meta.model_name}:list")
