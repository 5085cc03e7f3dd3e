"""What writes: that somebody confirmed an entry, and what follows for the day that the public sees.

`Resource.verified_on` is the day up to which *all* of an entry is known to be right: the oldest of its groups of facts. Who
confirms only the telephone number moves nothing until the other groups are confirmed as well.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils import timezone
from wagtail.models import Revision

from ..choices import SAID_BY, Confirmer, FactGroup, PhoneState, VerifiedBy
from ..models import PhoneCheck, Resource, Verification
from ..public.store import refresh_public_records

ALL_GROUPS: tuple[FactGroup, ...] = tuple(FactGroup)
_ROLES = {how: role for role, how in SAID_BY.items()}


@transaction.atomic
def confirm(
    resource_ids: Iterable[int],
    *,
    role: Confirmer,
    groups: Collection[FactGroup] = ALL_GROUPS,
    on: date | None = None,
    was_right: bool = True,
) -> int:
    """Note that somebody in a role said of these entries that the groups of facts are right; returns how many entries.

    Calls that were open for an entry are closed where all of it was confirmed; `was_right`: as it stood. What an editor has
    in a draft stays a draft.
    """
    day, how = on or timezone.localdate(), SAID_BY[role]
    resources = list(Resource.objects.select_for_update().filter(pk__in=list(resource_ids)).order_by("pk"))
    Verification.objects.bulk_create(
        Verification(resource=resource, group=group, role=role, how=how, on=day)
        for resource in resources
        for group in groups
    )
    for resource in resources:
        _follow(resource)
    if set(groups) == set(ALL_GROUPS):
        PhoneCheck.objects.filter(resource__in=resources, closed_on=None).update(
            state=PhoneState.CONFIRMED, closed_on=day, was_right=was_right
        )
    refresh_public_records(resource_ids=[resource.pk for resource in resources])
    return len(resources)


def keep_confirmed(resource: Resource) -> None:
    """After a publication: a day that the editor wrote is noted as proof, and one that is older than what is proved gives way.

    (A draft that waited for its approval holds the day of when it was written.)
    """
    row = Resource.objects.filter(pk=resource.pk).first()
    if row is None:
        return
    newest = _newest(row)
    if row.verified_on and row.verified_by and all(row.verified_on > one.on for one in newest.values()):
        how = VerifiedBy(row.verified_by)
        role = _ROLES.get(how, Confirmer.EDITOR)
        Verification.objects.bulk_create(
            Verification(resource=row, group=group, role=role, how=how, on=row.verified_on) for group in ALL_GROUPS
        )
        # Nobody need call any more; the month's draw is called all the same.
        PhoneCheck.objects.filter(resource=row, closed_on=None, sample_month="").update(
            state=PhoneState.CONFIRMED, closed_on=timezone.localdate()
        )
        return
    _follow(row)
    resource.verified_on, resource.verified_by = row.verified_on, row.verified_by


def _newest(resource: Resource) -> dict[str, Verification]:
    """The last confirmation of each group that has any."""
    found: dict[str, Verification] = {}
    for one in Verification.objects.filter(resource=resource).order_by("on", "pk"):
        found[one.group] = one
    return found


def _follow(resource: Resource) -> None:
    """Set the day that the public sees, where all groups were confirmed since."""
    newest = _newest(resource)
    if len(newest) < len(ALL_GROUPS):
        return
    oldest = min(newest.values(), key=lambda one: (one.on, -one.pk))
    if resource.verified_on is None or oldest.on > resource.verified_on:
        write_columns(resource, verified_on=oldest.on, verified_by=oldest.how)


def write_columns(resource: Resource, **values: Any) -> None:
    """Set columns on the row and in its drafts, so that no draft brings the old ones back when it is published.

    Nothing is published and no version is made: a confirmation is no change of what an entry says.
    """
    Resource.objects.filter(pk=resource.pk).update(**values)
    for name, value in values.items():
        setattr(resource, name, value)
    stored = {
        name.removesuffix("_id"): value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
    }
    base = ContentType.objects.get_for_model(Resource, for_concrete_model=False)
    versions = Revision.objects.filter(base_content_type=base, object_id=str(resource.pk))
    # What is live, and all that may still become it.
    for version in versions.filter(pk__gte=resource.live_revision_id or 0):
        Revision.objects.filter(pk=version.pk).update(content={**version.content, **stored})
