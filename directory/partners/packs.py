"""What a partner may see and receives: the contact points of its packs, and the public lists that go with them."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from ..areas.index import area_index, home_area
from ..models import PublicRecord
from ..public.projection import read_all
from ..public.record import PublicResource
from .choices import Direction, Format
from .models import ContactList, ContactPoint, Delivery, Duty, Partner, PublicList, SharingPack
from .models.querysets import ContactPointQuerySet

SHOWN_RESOURCES = 12
SHOWN_CONTACTS = 20
# With each reason to call; more are found by the look-up.
SHOWN_CALLS = 3
BATCH = 1_000


@dataclass(frozen=True)
class Contacts:
    """A list of contact points, the one who coordinates first: how many there are, and some or all of them."""

    list: ContactList
    total: int
    contacts: Sequence[ContactPoint]

    @property
    def more(self) -> int:
        """How many are not in `contacts`."""
        return self.total - len(self.contacts)


@dataclass(frozen=True)
class Resources:
    """A list of public resources: how many there are, and some or all of them."""

    list: PublicList
    total: int
    resources: Sequence[PublicResource]

    @property
    def more(self) -> int:
        """How many are not in `resources`."""
        return self.total - len(self.resources)


@dataclass(frozen=True)
class Call:
    """A reason to call, and who of the pack is then to be called, the one who coordinates first."""

    duty: Duty
    total: int
    contacts: list[ContactPoint]

    @property
    def more(self) -> int:
        """How many are not in `contacts`."""
        return self.total - len(self.contacts)


@dataclass(frozen=True)
class Contents:
    """A pack as it is today."""

    pack: SharingPack
    calls: list[Call]
    contacts: list[Contacts]
    resources: list[Resources]
    version: str
    contact_count: int
    confirmed_on: date | None

    @property
    def resource_count(self) -> int:
        """How many public resources."""
        return sum(part.total for part in self.resources)


def current_contacts() -> ContactPointQuerySet:
    """Approved contact points whose time is now."""
    return ContactPoint.objects.approved().valid_on(timezone.localdate())


def packs_of(partner: Partner | None) -> QuerySet[SharingPack]:
    """The packs that a partner receives by the type of its institution; all of them for the city."""
    packs = SharingPack.objects.filter(retired=False)
    return packs if partner is None else packs.filter(types=partner.organisation.type_id)


def partners_of(pack: SharingPack) -> QuerySet[Partner]:
    """The working partners that receive a pack."""
    types = [type_.pk for type_ in pack.types.all()]
    return Partner.objects.working(timezone.localdate()).filter(organisation__type__in=types)


def visible_contacts(partner: Partner | None) -> ContactPointQuerySet:
    """The contact points that a partner may see: those of its packs, and its own. All for the city (None)."""
    contacts = current_contacts()
    if partner is None:
        return contacts
    lists = ContactList.objects.filter(pack__in=packs_of(partner))
    return contacts.filter(ContactList.held_by_any(lists) | Q(organisation_id=partner.organisation_id))


def coordinators(partner: Partner | None) -> ContactPointQuerySet:
    """The 連絡調整担当 whom a visitor may call; not those of the visitor's own institution."""
    found = visible_contacts(partner).filter(is_coordinator=True)
    return found.exclude(organisation_id=partner.organisation_id) if partner else found


def packs_with(contact: ContactPoint) -> list[SharingPack]:
    """The packs on whose lists a contact point stands, whether or not it is approved now."""
    packs = SharingPack.objects.filter(retired=False).prefetch_related("contact_lists")
    return [pack for pack in packs if _stands_on(contact, pack.contact_lists.all())]


def note_use(contacts: Iterable[ContactPoint], partner: Partner | None) -> None:
    """Give each contact point `used_on`: those of the partner's packs on whose lists it stands."""
    packs = list(packs_of(partner).prefetch_related("contact_lists"))
    for contact in contacts:
        contact.used_on = [pack for pack in packs if _stands_on(contact, pack.contact_lists.all())]


def _stands_on(contact: ContactPoint, lists: Iterable[ContactList]) -> bool:
    codes = {role.code for role in contact.roles.all()}
    return any(one.holds(codes, contact.is_wide_area) for one in lists)


def contents(pack: SharingPack, *, whole: bool = False) -> Contents:
    """What a pack holds today; `whole` reads everything, otherwise the first of each list."""
    lists = list(pack.contact_lists.all())
    # A prefecture has thousands of contact points: which stand where is told by few columns.
    codes: dict[int, set[str]] = defaultdict(set)
    rows: dict[int, tuple[datetime, date | None, bool]] = {}
    columns = ("pk", "updated_at", "confirmed_on", "is_wide_area", "roles__code")
    for pk, updated_at, confirmed_on, is_wide, code in (
        current_contacts().filter(ContactList.held_by_any(lists)).values_list(*columns)
    ):
        codes[pk].add(code)
        rows[pk] = (updated_at, confirmed_on, is_wide)
    standing = [[pk for pk, row in rows.items() if one.holds(codes[pk], row[2])] for one in lists]
    reasons = [duty for duty in pack.duties.all() if duty.direction == Direction.CALL]
    called = [[pk for pk in rows if codes[pk] & set(duty.roles)] for duty in reasons]
    shown = [pks if whole else pks[:SHOWN_CONTACTS] for pks in standing]
    wanted = {pk for pks in shown for pk in pks} | {pk for pks in called for pk in pks[:SHOWN_CALLS]}
    found = {contact.pk: contact for contact in _read(wanted)}
    parts = [
        Contacts(one, len(all_of_it), [found[pk] for pk in pks])
        for one, all_of_it, pks in zip(lists, standing, shown, strict=True)
    ]
    calls = [
        Call(duty, len(pks), [found[pk] for pk in pks[:SHOWN_CALLS]]) for duty, pks in zip(reasons, called, strict=True)
    ]
    stamps, resources = _resources(list(pack.public_lists.all()), whole)
    return Contents(
        pack,
        calls,
        parts,
        resources,
        version=_version([(pk, row[0]) for pk, row in rows.items()], stamps),
        contact_count=len(rows),
        confirmed_on=max((row[1] for row in rows.values() if row[1]), default=None),
    )


def _read(pks: set[int]) -> Iterator[ContactPoint]:
    """Contact points with all that cards and files show; SQLite takes only so many numbers in one question."""
    ordered = sorted(pks)
    for start in range(0, len(ordered), BATCH):
        yield from ContactPoint.objects.filter(pk__in=ordered[start : start + BATCH]).with_details()


def _resources(lists: Sequence[PublicList], whole: bool) -> tuple[list[tuple], list[Resources]]:
    home = home_area()
    records = PublicRecord.objects.filter(kind__in=[one.kind for one in lists])
    if home:
        served = PublicRecord.objects.filter(resource__areas__in=area_index().relevant_to(home.pk)).values("pk")
        records = records.filter(pk__in=served)
    counted = {
        row["kind"]: (row["total"], row["newest"])
        for row in records.values("kind").annotate(total=Count("pk"), newest=Max("updated_at")).order_by()
    }
    parts = []
    for one in lists:
        rows = records.filter(kind=one.kind).order_by("-weight", "pk")
        shown = list(read_all(rows if whole else rows[:SHOWN_RESOURCES]))
        parts.append(Resources(one, counted.get(one.kind, (0, None))[0], shown))
    return sorted(counted.items()), parts


def _version(contacts: Iterable[tuple[int, datetime]], resources: Iterable[tuple]) -> str:
    """A short name for exactly these contents: the day of the newest change, and a hash of what is in it."""
    contacts = sorted(contacts)
    newest = max([at for _pk, at in contacts] + [stamp for _kind, (_total, stamp) in resources], default=None)
    digest = hashlib.sha256(repr([contacts, list(resources)]).encode()).hexdigest()[:6]
    day = timezone.localtime(newest).strftime("%Y%m%d") if newest else "0"
    return f"{day}-{digest}"


def deliveries(pack: SharingPack) -> list[Delivery]:
    """A delivery of the pack as it is today to each of its partners, not yet saved."""
    today = contents(pack)
    return [
        Delivery(
            pack=pack,
            pack_title=str(pack),
            partner=partner,
            format=Format.SENT,
            version=today.version,
            contacts=today.contact_count,
            resources=today.resource_count,
            to=_("全員"),
        )
        for partner in partners_of(pack)
    ]
