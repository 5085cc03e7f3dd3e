"""What is kept, and for how long; everything older goes, and that it went stands in the trail."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Revision

from guard import counting

from ..days import retention as days
from ..exchange.importing import runs
from ..models import LastLook
from ..offers import retention as offers
from . import audit
from .choices import Act, ProposalState
from .models import ContactChange, ContactPoint, Invitation, Proposal, TrailLine

# A trail that ends so long before today is doubted; lines of the last days may come from a clock that jumped.
LONGEST_SILENCE = timedelta(days=60)
JUST_NOW = timedelta(days=2)
# Nothing is proved by these for longer.
INVITATIONS = timedelta(days=90)
CHANGES = timedelta(days=400)


class ClockDoubted(Exception):
    """Nothing recent stands: the clock of this machine may be wrong, and then everything would be too old."""

    def __init__(self, newest: datetime) -> None:
        super().__init__(newest)
        self.newest = newest


def check_clock() -> None:
    """Raise ClockDoubted where the trail, but for the last days, ends long before today.

    The cleaning itself leaves a line every day, so on a site that runs there always is one. What was written since the clock
    jumped proves nothing.
    """
    now = timezone.now()
    newest = TrailLine.objects.filter(at__lt=now - JUST_NOW).aggregate(newest=Max("at"))["newest"]
    if newest is not None and newest < now - LONGEST_SILENCE:
        raise ClockDoubted(newest)


@transaction.atomic
def clean_up() -> dict[str, int]:
    """Take away what is too old. Returns how many of each, by its name on screen. Ask `check_clock` first."""
    now = timezone.now()
    done = {
        _("利用の記録"): audit.drop_old(),
        _("連絡先の前の版"): _old_versions(),
        _("答えた届け出"): Proposal.objects.exclude(state=ProposalState.WAITING)
        .filter(decided_at__lt=now - timedelta(days=settings.CONTACT_HISTORY_DAYS))
        .delete()[0],
        _("招待"): Invitation.objects.filter(created_at__lt=now - INVITATIONS).delete()[0],
        _("終わった数えもの"): counting.drop_over(),
        _("終わったセッション"): Session.objects.filter(expire_date__lt=now).delete()[0],
        _("取り込みの控え"): runs.clean_up(),
        _("申し出"): offers.clean_up(),
        _("終わったお休み・帯"): days.clean_up(),
        _("最後に管理画面の最初のページを見た時刻"): LastLook.forget_old(),
        _("変化のお知らせ"): ContactChange.objects.filter(at__lt=now - CHANGES).delete()[0],
    }
    counts: dict[str, Any] = {str(name): count for name, count in done.items()}
    audit.note(Act.CLEANED, target=_("古い記録"), **counts)
    return done


def _old_versions() -> int:
    """Versions of contact points from before CONTACT_HISTORY_DAYS, but not those that are live, newest or being approved.

    Versions of contact points that exist no longer go whatever their age.
    """
    versions = Revision.objects.filter(content_type=ContentType.objects.get_for_model(ContactPoint))
    contacts = ContactPoint.objects.all()
    kept = {
        pk for pks in contacts.values_list("latest_revision_id", "live_revision_id") for pk in pks if pk is not None
    }
    existing = {str(pk) for pk in contacts.values_list("pk", flat=True)}
    old = timezone.now() - timedelta(days=settings.CONTACT_HISTORY_DAYS)
    count = 0
    for version in versions.exclude(pk__in=kept).only("pk", "object_id", "created_at").iterator():
        gone = version.object_id not in existing
        if gone or (version.created_at < old and not version.task_states.exists()):
            version.delete()
            count += 1
    return count
