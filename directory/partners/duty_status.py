"""How the city stands to its duties: when each was last fulfilled, and which contact points are no longer sure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Q
from django.utils import timezone

from .choices import Format, FulfilledBy
from .models import ContactChange, ContactPoint, Delivery, Duty, Partner, SharingPack
from .models.querysets import ContactPointQuerySet

# What was not confirmed for so long is asked about: people move every April.
SURE_FOR = timedelta(days=365)


@dataclass(frozen=True)
class Standing:
    """A notice: who receives its pack, when it last went out and what became of that, and each duty with its last day.

    `opened` and `confirmed` count partners that did so with the version that went out last; `changed` counts contact
    points that changed since the city last sent the pack (or at all, when it never did).
    """

    pack: SharingPack
    partners: int
    delivered_on: date | None
    version: str
    opened: int
    confirmed: int
    changed: int
    duties: list[tuple[Duty, date | None]]

    @property
    def fulfilled(self) -> int:
        """How many duties have a last day."""
        return sum(1 for _duty, day in self.duties if day)


def standings() -> list[Standing]:
    """Every notice in use, in its order; a fixed number of queries however many partners there are."""
    packs = list(SharingPack.objects.filter(retired=False).prefetch_related("duties", "types"))
    by_type = Counter(
        Partner.objects.working(timezone.localdate()).order_by().values_list("organisation__type", flat=True)
    )
    delivered, changed = _last_deliveries(), _changes_since_sending()
    found = []
    for pack in packs:
        last = delivered.get(pack.pk, {})
        day = timezone.localdate(last["at"]) if last else None
        duties = [
            (duty, duty.done_on if duty.fulfilled_by == FulfilledBy.RECORD else day)
            for duty in pack.duties.all()
            if duty.fulfilled_by != FulfilledBy.NONE
        ]
        found.append(
            Standing(
                pack,
                partners=sum(by_type[type_.pk] for type_ in pack.types.all()),
                delivered_on=day,
                version=last.get("version", ""),
                opened=last.get("opened", 0),
                confirmed=last.get("confirmed", 0),
                changed=changed[pack.pk],
                duties=duties,
            )
        )
    return found


def _last_deliveries() -> dict[int, dict[str, Any]]:
    """For each pack: when it was last handed over, the version, and how many partners have opened and confirmed that one."""
    newest = Delivery.objects.values("pack").annotate(at=Max("at")).order_by()
    found: dict[int, dict[str, Any]] = {row["pack"]: {"at": row["at"]} for row in newest}
    versions = Delivery.objects.filter(at__in=[row["at"] for row in found.values()]).order_by("at", "pk")
    for pack, version in versions.values_list("pack", "version"):
        found[pack]["version"] = version
    of_version = Q()
    for pack, row in found.items():
        of_version |= Q(pack=pack, version=row["version"])
    if of_version:
        counted = Delivery.objects.filter(of_version).values("pack").order_by()
        for seen in counted.annotate(
            opened=Count("partner", filter=~Q(opened_at=None), distinct=True),
            confirmed=Count("partner", filter=~Q(confirmed_at=None), distinct=True),
        ):
            found[seen["pack"]].update(opened=seen["opened"], confirmed=seen["confirmed"])
    return found


def _changes_since_sending() -> Counter[int]:
    """For each pack, how many contact points changed since the city last sent it."""
    sent: dict[int, datetime] = dict(
        Delivery.objects.filter(format=Format.SENT)
        .values("pack")
        .annotate(at=Max("at"))
        .order_by()
        .values_list("pack", "at")
    )
    changes = (
        ContactChange.objects.filter(packs__retired=False).values_list("packs", "at", "contact", "name").order_by()
    )
    late = {(pack, contact or name) for pack, at, contact, name in changes if pack not in sent or at > sent[pack]}
    return Counter(pack for pack, _contact in late)


def doubtful_contacts(day: date) -> ContactPointQuerySet:
    """Approved contact points that nobody should rely on: of no institution, past their time, or long unconfirmed."""
    doubtful = Q(organisation=None) | Q(valid_to__lt=day) | Q(confirmed_on=None) | Q(confirmed_on__lt=day - SURE_FOR)
    return ContactPoint.objects.approved().filter(doubtful).order_by("confirmed_on", "pk")
