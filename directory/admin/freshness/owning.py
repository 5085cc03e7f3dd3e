"""Whose entries are whose: an office edits what it answers for and what is of its field; everybody sees all and may propose.

Only people whom somebody has put into an office are held to this: in a town that keeps no such lists everybody edits everything.
Managers (who may hand an office over) edit all, and so what is published is theirs anyway.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.admin import messages

from ...models import Office, PublicRecord, Resource
from .access import LEAD


def offices_of(user: Any) -> list[Office]:
    """The offices that somebody works in and that there still are."""
    return list(Office.objects.filter(people=user.pk, retired=False).prefetch_related("fields"))


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
        return True
    row = Resource.objects.select_related("owner").get(pk=resource.pk)
    if row.effective_owner in offices:
        return True
    fields = {field.pk for office in offices for field in office.fields.all()}
    return row.fields.filter(pk__in=fields).exists()


def theirs(user: Any, resources: QuerySet[Resource]) -> QuerySet[Resource]:
    """Of entries those of which `may_edit` is true, in one question."""
    if user.has_perm(LEAD):
        return resources
    offices = offices_of(user)
    if not offices:
        return resources
    own = Q(owner__in=offices)
    if Office.default() in offices:
        own |= Q(owner=None) | Q(owner__retired=True)
    fields = {field.pk for office in offices for field in office.fields.all()}
    return resources.filter(pk__in=Resource.objects.filter(own | Q(fields__in=fields)).values("pk"))


def refusal(resource: Resource) -> str:
    """Why somebody may not, and what they can do."""
    owner = Resource.objects.select_related("owner").get(pk=resource.pk).effective_owner
    return _("「{name}」は、{office}が受け持っています。ここからは見ることと、変更を届けることができます。").format(
        name=resource.name, office=owner
    )


class OwnedEditView:
    """An edit view that sends whom the entry is not theirs to where they can propose; nothing of their form is kept."""

    object: Model
    request: HttpRequest

    def dispatch(self, *args: Any, **kwargs: Any) -> HttpResponse:
        """Asked before anything is read from a form; going back to an earlier version is an edit, too."""
        resource: Any = self.object
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
