"""What writes about contact points, proposals and deliveries. Each is atomic and leaves a line in the trail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import LogContext

from ..areas.index import home_area
from ..models import Area
from .choices import Act, ChangeKind, ConfirmedBy, Format, ProposalState
from .doors.access import Visitor
from .models import ContactChange, ContactPoint, Delivery, Partner, Proposal, SharingPack
from .packs import Contents, deliveries, packs_with

# What a partner may propose for its own contact point. Names of people and flags stay with the city.
PROPOSABLE = (
    "unit",
    "duty",
    "direct_line",
    "extension",
    "fax",
    "mail",
    "preferred_way",
    "hours",
    "night_line",
    "when_to_call",
    "what_to_say",
)
# Columns whose change is nobody's news: Wagtail's own, and the confirmation.
_QUIET = (
    "id uuid origin search_text created_at updated_at confirmed_on confirmed_by confirmed_with live latest_revision "
    "live_revision has_unpublished_changes first_published_at last_published_at go_live_at expire_at expired "
    "locked locked_at locked_by"
)
# How far back the daily job looks for contact points that began or ended.
CAUGHT_UP = timedelta(days=31)
# New contact points of one partner that may wait for the city.
MOST_NEW = 5
QUIET = frozenset(_QUIET.split())


def label(field: str) -> str:
    """What a field is called on screen."""
    return str(getattr(ContactPoint._meta.get_field(field), "verbose_name", field))


def value_of(contact: ContactPoint, field: str) -> str:
    """A field's value in words."""
    shown = getattr(contact, f"get_{field}_display", None)
    return str(shown() if shown else getattr(contact, field) or "")


@transaction.atomic
def note_change(
    contact: ContactPoint, kind: ChangeKind, fields: Iterable[str] = (), *, stood_in: Iterable[SharingPack] = ()
) -> ContactChange:
    """Keep that a contact point changed, for the packs in which it stands now and those in which it stood before."""
    change = ContactChange.objects.create(
        contact=contact,
        name=str(contact),
        organisation=contact.organisation,
        kind=kind,
        fields=list(fields),
    )
    change.packs.set({*packs_with(contact), *stood_in})
    return change


@transaction.atomic
def note_turn_of_days(day: date) -> int:
    """Keep that contact points began or ended by the calendar, without anybody's hand. Returns how many.

    Once for each: what was noted since its day is not noted again, so the job may run twice or miss some days.
    """
    contacts = ContactPoint.objects.approved()
    since = day - CAUGHT_UP
    began = contacts.valid_on(day).filter(valid_from__gt=since)
    over = contacts.filter(valid_to__lt=day, valid_to__gte=since)
    count = 0
    for contact in began:
        if not contact.changes.filter(at__date__gte=contact.valid_from).exists():
            note_change(contact, ChangeKind.NEW)
            count += 1
    for contact in over:
        if not contact.changes.filter(at__date__gt=contact.valid_to).exists():
            note_change(contact, ChangeKind.ENDED)
            count += 1
    return count


def _write(contact: ContactPoint, values: Mapping[str, Any], user: Any) -> None:
    """Set values on what is live, and on the draft beside it if there is one; other fields of the draft stay a draft."""
    draft = contact.get_latest_revision_as_object() if contact.has_unpublished_changes else None
    live = ContactPoint.objects.get(pk=contact.pk)
    for target in filter(None, (live, draft)):
        for name, value in values.items():
            setattr(target, name, value)
        target.full_clean()
    # Not "approve and publish": the right to do this was checked by whoever called.
    with LogContext(user=user):
        live.save_revision(user=user).publish(user=user, skip_permission_checks=True)
        if draft is not None:
            draft.live = True
            draft.save_revision(user=user)


def _make(partner: Partner, values: Mapping[str, Any], user: Any) -> ContactPoint:
    """A new contact point of a partner, for the whole municipality."""
    contact = ContactPoint(organisation=partner.organisation, live=False, **values)
    if home := home_area():
        contact.areas = [Area.objects.get(pk=home.pk)]
    contact.full_clean()
    contact.save()
    with LogContext(user=user):
        contact.save_revision(user=user).publish(user=user, skip_permission_checks=True)
    return contact


def _today(who: str) -> dict[str, Any]:
    return {"confirmed_on": timezone.localdate(), "confirmed_by": ConfirmedBy.SELF, "confirmed_with": who[:80]}


@transaction.atomic
def confirm(contact: ContactPoint, visitor: Visitor) -> None:
    """A partner says that its own contact point is still right."""
    _write(contact, _today(str(contact.unit or contact.organisation)), visitor.user)
    visitor.note(Act.CONFIRMED, contact)


@transaction.atomic
def propose(contact: ContactPoint | None, visitor: Visitor, values: Mapping[str, str], comment: str = "") -> Proposal:
    """A partner proposes other values for its own contact point, or (None) a new one; an earlier one that waits is replaced.

    Raises ValidationError where nothing differs, or where the record would not be valid with the values.
    """
    now = contact or ContactPoint(organisation=visitor.own_partner.organisation)
    changes = {
        name: value for name, value in values.items() if name in PROPOSABLE and value != (getattr(now, name) or "")
    }
    if not changes and not comment:
        raise ValidationError(_("今の内容と同じです。変わったところを書きかえるか、ひとことに書いてください。"))
    trial = ContactPoint.objects.get(pk=contact.pk) if contact else now
    for name, value in changes.items():
        setattr(trial, name, value)
    trial.full_clean()
    waiting = visitor.own_partner.proposals.filter(contact=contact, state=ProposalState.WAITING)
    if contact:
        waiting.delete()
    elif waiting.count() >= MOST_NEW:
        raise ValidationError(_("新しい連絡先の届け出が、もういくつも待っています。市の答えをお待ちください。"))
    proposal = Proposal(
        contact=contact,
        partner=visitor.own_partner,
        proposed_by=visitor.user.get_username(),
        changes=changes,
        seen={name: getattr(contact, name) or "" for name in changes} if contact else {},
        comment=comment,
    )
    proposal.full_clean()
    proposal.save()
    visitor.note(Act.PROPOSED, proposal.title, fields=sorted(changes), comment=bool(comment))
    return proposal


@transaction.atomic
def decide(proposal: Proposal, visitor: Visitor, *, accept: Iterable[str], answer: str = "") -> Proposal:
    """The city takes over the fields named in `accept` (none: it only answers), and the proposer is told.

    A new contact point is approved with them; what it carries out and is asked about is for the city to add.

    Raises ValidationError where the record would not be valid, and where nothing is accepted without an answer.
    """
    locked = Proposal.objects.select_for_update().get(pk=proposal.pk)
    if locked.state != ProposalState.WAITING:
        raise ValidationError(_("この届け出には、もう答えてあります。"))
    accepted = [name for name in accept if name in locked.changes]
    if not accepted and not answer.strip():
        raise ValidationError(_("反映する項目を選ぶか、お返事を書いてください。"))
    if accepted:
        values = {**{name: locked.changes[name] for name in accepted}, **_today(str(locked.partner))}
        if locked.contact:
            _write(locked.contact, values, visitor.user)
        else:
            locked.contact = _make(locked.partner, values, visitor.user)
    locked.state = ProposalState.ACCEPTED if accepted and not answer.strip() else ProposalState.ANSWERED
    locked.answer, locked.decided_by, locked.decided_at = answer.strip(), visitor.user.get_username(), timezone.now()
    locked.full_clean()
    locked.save()
    visitor.note(Act.DECIDED, locked.title, accepted=accepted, answered=bool(answer.strip()))
    return locked


@transaction.atomic
def deliver(pack: SharingPack, visitor: Visitor) -> list[Delivery]:
    """The city sends a pack as it is today to all its partners; each is told by the day's mail. Returns the deliveries."""
    sent = deliveries(pack)
    Delivery.objects.bulk_create(sent)
    visitor.note(Act.DELIVERED, pack, version=sent[0].version if sent else "", partners=len(sent))
    return sent


@transaction.atomic
def opened(today: Contents, visitor: Visitor, how: Format) -> None:
    """A person of a partner opened or took away a pack: what the city sent has arrived, and a take-away is a delivery."""
    visitor.note(
        Act.VIEWED if how == Format.PAGE else Act.EXPORTED,
        today.pack,
        format=how,
        version=today.version,
        contacts=today.contact_count,
    )
    if not visitor.member:
        return
    now = timezone.now()
    Delivery.objects.filter(pack=today.pack, partner=visitor.partner, format=Format.SENT, opened_at=None).update(
        opened_at=now
    )
    same = Delivery.objects.filter(pack=today.pack, partner=visitor.partner, version=today.version)
    if how == Format.PAGE and same.exists():
        return
    Delivery.objects.create(
        pack=today.pack,
        pack_title=str(today.pack),
        partner=visitor.own_partner,
        format=how,
        version=today.version,
        contacts=today.contact_count,
        resources=today.resource_count,
        to=visitor.user.get_username(),
        opened_at=now,
    )


@transaction.atomic
def received(pack: SharingPack, visitor: Visitor) -> int:
    """A person of a partner confirms what has come. Returns how many deliveries that was."""
    waiting = Delivery.objects.filter(pack=pack, partner=visitor.partner, confirmed_at=None)
    count = waiting.update(confirmed_at=timezone.now(), confirmed_by=visitor.user.get_username())
    visitor.note(Act.RECEIVED, pack, deliveries=count)
    return count
