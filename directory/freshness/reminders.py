"""The work of every day: one mail an address, calls into the queue, the month's draw. A second run the same day does nothing.

Mails name entries of which nobody is in danger for being named, count the others, and say nothing else of them.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import Max, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Page, ReferenceIndex

from ..choices import Decision, Step
from ..ladder import days
from ..models import ChangeProposal, CheckRound, MailedAddress, Office, Organisation, PhoneCheck, PublicRecord, Resource
from ..public.roles import is_sensitive
from . import calls, retention, sample
from .due import DueEntry, due_entries, note_asked, round_of
from .links import token_for

log = logging.getLogger(__name__)
# So many entries are named in a mail; the page behind the link has all of them.
MOST_NAMED = 20
# How far back the job looks for entries that ended: it may miss some days.
CAUGHT_UP = timedelta(days=31)
# So long after the last run the clock is doubted rather than everybody asked at once.
LONGEST_SILENCE = timedelta(days=60)


class ClockDoubted(Exception):
    """The last run was long ago, or lies in the future: the clock of this machine may be wrong."""

    def __init__(self, newest: date) -> None:
        super().__init__(newest)
        self.newest = newest


@dataclass
class Done:
    """What a run did."""

    due: int = 0
    mails: int = 0
    failed: int = 0
    queued: int = 0
    drawn: int = 0


@dataclass
class _Letter:
    """What there is to tell one address."""

    asked: dict[Organisation | Office, list[DueEntry]] = field(default_factory=dict)
    ended: list[PublicRecord] = field(default_factory=list)
    resting: list[DueEntry] = field(default_factory=list)
    answered: list[ChangeProposal] = field(default_factory=list)
    # Pages that this person made and that show what ended yesterday.
    pages: list[Page] = field(default_factory=list)


def check_clock(day: date) -> None:
    """Raise ClockDoubted where the last trace of this job is in the future or weeks ago. Every month leaves one (the draw)."""
    traces = (
        MailedAddress.objects.aggregate(newest=Max("on"))["newest"],
        PhoneCheck.objects.aggregate(newest=Max("opened_on"))["newest"],
    )
    newest = max(filter(None, traces), default=None)
    if newest is not None and not day - LONGEST_SILENCE <= newest <= day:
        raise ClockDoubted(newest)


def run(base: str, day: date | None = None) -> Done:
    """Do the work of a day; `base` is the absolute address of the site. A mail that cannot be handed over goes the next day."""
    day = day or timezone.localdate()
    done = Done(drawn=sample.draw(day))
    letters: dict[str, _Letter] = {}
    entries = list(due_entries(day))
    done.due = len(entries)
    done.queued = calls.queue([entry.resource for entry in entries if entry.wants_call], day)
    for entry in entries:
        whom = entry.addressee.organisation or entry.addressee.office
        if entry.wants_mail and whom:
            letter = letters.setdefault(entry.addressee.mail.casefold(), _Letter())
            letter.asked.setdefault(whom, []).append(entry)
        office = entry.addressee.office
        if entry.step == Step.SUGGESTED and office and office.mail:
            letters.setdefault(office.mail.casefold(), _Letter()).resting.append(entry)
    _add_ended(letters, day)
    _add_pages(letters, day)
    _add_answered(letters)
    connection = mail.get_connection()
    for address, letter in sorted(letters.items()):
        _send(address, letter, base, day, connection, done)
    retention.clean_up(day)
    return done


def _add_ended(letters: dict[str, _Letter], day: date) -> None:
    """What ended by the calendar and of which its office was not told; where the office has no address, nobody can be."""
    default = Office.default()
    ended = (
        PublicRecord.written.filter(until__lt=day, until__gte=day - CAUGHT_UP)
        .select_related("resource__owner", "resource__check_round")
        .defer("data")
        .order_by("until", "pk")
    )
    for record in ended:
        round_, owner = round_of(record.resource), record.resource.owner
        office = owner if owner and not owner.retired else default
        if (round_ is None or round_.end_told != record.until) and office.mail:
            letters.setdefault(office.mail.casefold(), _Letter()).ended.append(record)


def _add_pages(letters: dict[str, _Letter], day: date) -> None:
    """Whose pages show what ended yesterday: on that day alone, for the desk tells of it as long as it is so."""
    ended = PublicRecord.written.filter(until=day - timedelta(days=1)).values_list("pk", flat=True)
    page, entry = ContentType.objects.get_for_models(Page, Resource).values()
    shown = ReferenceIndex.objects.filter(
        base_content_type=page, to_content_type=entry, to_object_id__in=[str(pk) for pk in ended]
    )
    keys = {int(key) for key in shown.values_list("object_id", flat=True)}
    for made in (
        Page.objects.filter(pk__in=keys, live=True, owner__is_active=True)
        .exclude(owner__email="")
        .select_related("owner")
    ):
        letters.setdefault(made.owner.email.casefold(), _Letter()).pages.append(made)


def _add_answered(letters: dict[str, _Letter]) -> None:
    """Organisations whose proposals were answered."""
    answered = (
        ChangeProposal.objects.filter(told=False)
        .exclude(state=Decision.WAITING)
        .exclude(resource__organisation__confirm_mail="")
        .select_related("resource__organisation")
    )
    for proposal in answered:
        if organisation := proposal.resource.organisation:
            letters.setdefault(organisation.confirm_mail.casefold(), _Letter()).answered.append(proposal)


def _send(address: str, letter: _Letter, base: str, day: date, connection: BaseEmailBackend, done: Done) -> None:
    """One mail, if there is something to say and none went out today; then note what was said."""
    body = _body(letter, base, day)
    before = MailedAddress.objects.filter(address=address).values_list("on", flat=True).first()
    if not body or not MailedAddress.claim(address, day):
        return
    if not _hand_over(address, body, connection):
        done.failed += 1
        rows = MailedAddress.objects.filter(address=address)
        rows.update(on=before) if before else rows.delete()
        return
    done.mails += 1
    entries = [entry for asked in letter.asked.values() for entry in asked]
    again = {entry.resource.pk for entry in entries if entry.chased == Step.REMINDER}
    note_asked([entry.resource.pk for entry in entries if entry.resource.pk not in again], day)
    note_asked(sorted(again), day, column="reminded_on")
    for record in letter.ended:
        CheckRound.objects.update_or_create(resource_id=record.pk, defaults={"end_told": record.until})
    ChangeProposal.objects.filter(pk__in=[one.pk for one in letter.answered]).update(told=True)


def _body(letter: _Letter, base: str, day: date) -> str:
    """The words of a mail; "" where there is nothing that makes one by itself."""
    parts: list[str] = []
    for whom, entries in letter.asked.items():
        link = f"{base}{reverse('confirm_link', args=[token_for(whom, made_on=day)])}"
        names = _names([entry.resource for entry in entries])
        # Where a reader may be in danger, the mail does not say whose entries they are either.
        who = str(whom) if isinstance(whom, Office) or not names.silent else _("あなたの団体")
        parts += [
            _("{who} の案内が {count}件、今もこのとおりか、確かめてください。").format(who=who, count=len(entries)),
            _("下のアドレスを開いて、「このままで正しい」を押すだけです。変わったところも、そこから知らせられます。"),
            _("ログインはいりません。60日のあいだ使えます。"),
            link,
            "",
            *names.lines,
            "",
        ]
    if letter.answered:
        parts += [_("お知らせいただいた変更に、市の担当が答えました。ありがとうございました。"), ""]
    if letter.ended:
        parts += [
            _("載せる日が終わった案内が {count}件あります。一覧や検索には、もう出ません。").format(
                count=len(letter.ended)
            ),
            *_names([record.resource for record in letter.ended]).lines,
            "",
        ]
    if letter.pages:
        parts += [
            _(
                "あなたが作ったページのうち {count}枚に、載せる日が終わった案内が出ています。管理画面の最初のページから見なおせます。"
            ).format(count=len(letter.pages)),
            f"{base}{reverse('wagtailadmin_home')}",
            "",
        ]
    # Of these alone no mail is made but on the day itself; they stand in the admin all the time.
    new = [entry for entry in letter.resting if (day - entry.due_on).days == days().suggest_after]
    if letter.resting and (parts or new):
        parts += [
            _(
                "長いあいだ確認できていない案内が {count}件あります。載せるのを休むかどうか、管理画面で決めてください。"
            ).format(count=len(letter.resting)),
            f"{base}{reverse('freshness')}",
            "",
        ]
    if not parts:
        return ""
    return "\n".join([_("案内の内容の確認のお願い・お知らせです。"), "", *parts])


class _Names(NamedTuple):
    """Names of entries, a line each, and how many are not named."""

    lines: list[str]
    silent: int


def _names(resources: Iterable[Resource]) -> _Names:
    """The names of entries; those whose readers may be in danger are only counted."""
    named, silent = [], 0
    found = (
        Resource.objects.filter(pk__in=[resource.pk for resource in resources])
        .select_related("type")
        .prefetch_related("fields")
        .order_by("reading", "pk")
    )
    for resource in found:
        code = resource.type.code if resource.type else ""
        if is_sensitive(code, (one.code for one in resource.fields.all())):
            silent += 1
        else:
            named.append(_("・{name}").format(name=resource.name))
    others = silent + max(len(named) - MOST_NAMED, 0)
    more = [_("・ほかに {count}件").format(count=others)] if others and named else []
    return _Names([*named[:MOST_NAMED], *more], silent)


def _hand_over(address: str, body: str, connection: BaseEmailBackend) -> bool:
    message = mail.EmailMessage(
        _("【よろず】案内の内容を確かめてください"), body, None, [address], connection=connection
    )
    try:
        return message.send() == 1
    except OSError as error:
        # The address stays out of the log.
        log.warning("A mail about entries that are due could not be handed over: %s", type(error).__name__)
        return False


def overview(day: date) -> dict[str, Any]:
    """How many entries stand on each rung, and how many have no office of their own; for the first page of the desk."""
    records = PublicRecord.objects.all()
    counts = dict.fromkeys(Step, 0)
    for entry in due_entries(day):
        counts[entry.step] += 1
    counts[Step.FRESH] = records.filter(Q(due_on__gt=day) | Q(due_on=None)).count()
    without_owner = records.filter(resource__owner=None).count()
    return {"counts": counts, "total": records.count(), "without_owner": without_owner}
