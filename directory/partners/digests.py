"""The daily mail: that something changed, and where to log in. Nothing of what changed stands in it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from .audit import note
from .choices import Act, Format, ProposalState
from .duty_status import doubtful_contacts
from .models import ContactChange, Delivery, Member, Partner, Proposal, SharingPack
from .services import note_turn_of_days

log = logging.getLogger(__name__)
# Leads hear of memberships that end within this time.
NOTICE = timedelta(days=30)
BATCH = 200


@dataclass
class Sent:
    """What a run did."""

    members: int = 0
    mails: int = 0
    failed: int = 0


@dataclass(frozen=True)
class _News:
    """What there is to tell one person."""

    delivered: bool
    answered: bool
    changed: bool
    ending: bool
    unsure: bool

    def lines(self, member: Member, day: date) -> list[str]:
        """The lines of the mail; none means no mail."""
        told = [
            text
            for there_is, text in (
                (self.delivered, _("・市から、情報が届いています。")),
                (self.answered, _("・届け出に、市がお返事しました。")),
                (self.changed, _("・お渡ししている連絡先に、変わったところがあります。")),
            )
            if there_is
        ]
        # Once a week is enough for these; they alone make no mail on other days.
        weekly = member.digest_on is None or day - member.digest_on >= timedelta(days=7)
        if not told and not weekly:
            return []
        if self.ending:
            told.append(_("・年に一度の確認の期限が近い人がいます。"))
        if self.unsure:
            told.append(_("・あなたの機関の連絡先を、今もこのとおりか確かめてください。"))
        return told


def send_digests(link: str, day: date | None = None, progress: Callable[[int, int], None] | None = None) -> Sent:
    """Mail every member whose packs changed, or to whom something was sent, since the last mail; at most one a day.

    `link` is the absolute address of the partner pages. A mail that cannot be handed over is tried again at the next run.
    """
    day = day or timezone.localdate()
    note_turn_of_days(day)
    newest = _newest_by_type()
    ending, unsure = _partners_with_ending(day), _partners_with_unsure(day)
    waiting = (
        Member.objects.filter(is_active=True, confirmed_until__gte=day, partner__is_active=True)
        .exclude(digest_on=day)
        .exclude(partner__ends_on__lt=day)
        .select_related("user", "partner__organisation")
        .order_by("pk")
    )
    delivered, answered = _waiting(_deliveries()), _waiting(_answers())
    sent, total = Sent(), waiting.count()
    connection = mail.get_connection()
    arrived: set[int] = set()
    for member in waiting.iterator(chunk_size=BATCH):
        sent.members += 1
        change = newest.get(member.partner.organisation.type_id, 0)
        news = _News(
            delivered=member.partner_id in delivered,
            answered=member.partner_id in answered,
            changed=change > member.digest_change,
            ending=member.is_lead and member.partner_id in ending,
            unsure=member.is_lead and member.partner_id in unsure,
        )
        lines = news.lines(member, day)
        if lines and _claim(member, day):
            row = Member.objects.filter(pk=member.pk)
            if _mail(member, lines, link, connection):
                sent.mails += 1
                arrived.add(member.partner_id)
                row.update(digest_change=max(change, member.digest_change))
            else:
                sent.failed += 1
                row.update(digest_on=member.digest_on)
        if progress and sent.members % BATCH == 0:
            progress(sent.members, total)
    for waiting_rows in (_deliveries(), _answers()):
        waiting_rows.filter(partner__in=arrived).update(told_at=timezone.now())
    note(Act.NOTIFIED, target=_("お知らせメール"), mails=sent.mails, failed=sent.failed)
    if progress:
        progress(sent.members, total)
    return sent


def _claim(member: Member, day: date) -> bool:
    """Take this person's mail of the day before it is sent: of two runs at once, one sends it.

    A run that dies in between leaves what was to be told for the next day.
    """
    return bool(Member.objects.filter(pk=member.pk).exclude(digest_on=day).update(digest_on=day))


def _newest_by_type() -> dict[int, int]:
    """The newest change in the packs of each institution type."""
    rows = SharingPack.objects.filter(retired=False).values("types").annotate(newest=Max("changes__pk")).order_by()
    newest: dict[int, int] = {}
    for row in rows:
        if row["types"] and row["newest"]:
            newest[row["types"]] = max(row["newest"], newest.get(row["types"], 0))
    return newest


def _deliveries() -> QuerySet[Delivery]:
    """What the city sent and nobody was told of."""
    return Delivery.objects.filter(format=Format.SENT, told_at=None)


def _answers() -> QuerySet[Proposal]:
    """Proposals that were answered and whose partner was not told."""
    return Proposal.objects.exclude(state=ProposalState.WAITING).filter(told_at=None)


def _waiting(rows: QuerySet[Any]) -> set[int]:
    """The partners that rows are about."""
    return set(rows.values_list("partner_id", flat=True))


def _partners_with_ending(day: date) -> set[int]:
    """Partners with a membership that ends soon."""
    soon = Member.objects.filter(is_active=True, confirmed_until__gte=day, confirmed_until__lte=day + NOTICE)
    return _waiting(soon)


def _partners_with_unsure(day: date) -> set[int]:
    """Partners with a contact point of their own that nobody has confirmed for long."""
    return set(
        Partner.objects.filter(organisation__contact_points__in=doubtful_contacts(day)).values_list("pk", flat=True)
    )


def _mail(member: Member, lines: list[str], link: str, connection: BaseEmailBackend) -> bool:
    body = "\n".join(
        [
            _("連携機関のページからのお知らせです。"),
            "",
            *lines,
            "",
            _("くわしくは、ログインしてご覧ください。"),
            link,
            "",
        ]
    )
    message = mail.EmailMessage(
        _("【よろず】連携機関のページのお知らせ"), body, None, [member.user.email], connection=connection
    )
    try:
        return message.send() == 1
    except OSError as error:
        # The address stays out of the log; who it was is told by the number.
        log.warning("The digest for member %s could not be handed over: %s", member.pk, type(error).__name__)
        return False


def changes_since(member: Member | None, packs: list[SharingPack], days: int = 30) -> list[ContactChange]:
    """Changes in the packs since the person's visit before this one (or of the last days), the newest first."""
    since = timezone.now() - timedelta(days=days)
    if member and member.previous_visit_at:
        since = member.previous_visit_at
    changes = ContactChange.objects.filter(at__gte=since, packs__in=packs).distinct()
    return list(changes.select_related("contact")[:30])
