"""The queue of calls: to do, taken, reached or not, confirmed. By office and role; nobody's name is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from ..choices import Confirmer, PhoneState, PhoneWay
from ..models import Office, PhoneCheck, PhoneTry, PublicRecord, Resource
from ..public.record import PublicResource
from .confirming import confirm
from .proposals import propose


def queue(resources: Iterable[Resource], day: date) -> int:
    """Put entries into the queue that do not stand in it yet. Returns how many came."""
    ids = [resource.pk for resource in resources]
    standing = set(
        PhoneCheck.objects.filter(resource__in=ids, closed_on=None, sample_month="").values_list(
            "resource_id", flat=True
        )
    )
    made = PhoneCheck.objects.bulk_create(
        [PhoneCheck(resource_id=pk, opened_on=day) for pk in ids if pk not in standing], ignore_conflicts=True
    )
    return len(made)


def open_calls() -> QuerySet[PhoneCheck]:
    """All that nobody has finished and that is still public, the longest waiting first."""
    return (
        # Asked of the few calls, not of all records.
        PhoneCheck.objects.filter(Exists(PublicRecord.objects.filter(pk=OuterRef("resource_id"))), closed_on=None)
        .select_related("resource__organisation", "resource__owner", "taken_by")
        .prefetch_related("tries", "resource__channels")
    )


@transaction.atomic
def take(call: PhoneCheck, office: Office) -> PhoneCheck:
    """An office takes a call. Raises ValidationError where another has it, or it is finished."""
    locked = _locked(call)
    if locked.taken_by_id not in (None, office.pk):
        raise ValidationError(_("{office} が、もう持っています。").format(office=locked.taken_by))
    locked.taken_by = office
    if locked.state == PhoneState.TODO:
        locked.state = PhoneState.TAKEN
    locked.save(update_fields=["taken_by", "state"])
    return locked


@transaction.atomic
def give_back(call: PhoneCheck) -> PhoneCheck:
    """Nobody has it any more. Raises ValidationError where it is finished."""
    locked = _locked(call)
    locked.taken_by = None
    if locked.state == PhoneState.TAKEN:
        locked.state = PhoneState.TODO
    locked.save(update_fields=["taken_by", "state"])
    return locked


@transaction.atomic
def note_try(call: PhoneCheck, way: PhoneWay, *, reached: bool) -> PhoneTry:
    """Note a try of today. Raises ValidationError where the call is finished."""
    locked = _locked(call)
    made = PhoneTry.objects.create(check_of=locked, on=timezone.localdate(), way=way, reached=reached)
    locked.state = PhoneState.REACHED if reached else PhoneState.MISSED
    locked.save(update_fields=["state"])
    return made


def _locked(call: PhoneCheck) -> PhoneCheck:
    locked = PhoneCheck.objects.select_for_update().get(pk=call.pk)
    if locked.closed_on:
        raise ValidationError(_("この確認は、もう終わっています。"))
    return locked


_WAYS = {Confirmer.PHONE: PhoneWay.PHONE, Confirmer.FAX: PhoneWay.FAX, Confirmer.SITE: PhoneWay.VISIT}


@transaction.atomic
def answered(public: PublicResource, role: Confirmer, *, values: Mapping[str, str] | None = None) -> None:
    """What an organisation said on the telephone, on paper, or on the spot: right as it is, or (`values`) what changed.

    A call that is open is finished with it, and the try that reached them noted. Raises ValidationError as `propose`.
    """
    if role in _WAYS:
        for call in PhoneCheck.objects.filter(resource_id=public.id, closed_on=None):
            note_try(call, _WAYS[role], reached=True)
    if values is None:
        confirm([public.id], role=role)
    else:
        propose(public, role, values)
