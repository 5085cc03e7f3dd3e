"""What is kept of confirming, and for how long."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone
from wagtail.models import WorkflowState

from ..choices import Decision
from ..models import ChangeProposal, ConfirmCode, FieldAnswer, MailedAddress, PhoneCheck, TrashedEntry, Verification
from .links import HOLDS

# Proof that an entry was confirmed; the newest of each group of facts stays whatever its age.
PROOF = timedelta(days=1_095)
# Proposals that were answered, and whose organisation was told or has no mail.
ANSWERED = timedelta(days=180)
# Calls that are over: two years of monthly figures.
CALLS = timedelta(days=800)
# What an approver said of fields, after the approval is over; entries in the trash.
FIELD_ANSWERS = timedelta(days=90)
TRASH = timedelta(days=90)


def clean_up(day: date) -> None:
    """Take away what is too old."""
    newer = Verification.objects.filter(resource=OuterRef("resource"), group=OuterRef("group"), pk__gt=OuterRef("pk"))
    Verification.objects.filter(Exists(newer), on__lt=day - PROOF).delete()
    ChangeProposal.objects.exclude(state=Decision.WAITING).filter(decided_on__lt=day - ANSWERED).delete()
    PhoneCheck.objects.filter(closed_on__lt=day - CALLS).delete()
    before = timezone.now() - FIELD_ANSWERS
    over = FieldAnswer.objects.filter(made_at__lt=before).exclude(
        task_state__workflow_state__status__in=(WorkflowState.STATUS_IN_PROGRESS, WorkflowState.STATUS_NEEDS_CHANGES)
    )
    over.delete()
    TrashedEntry.objects.filter(trashed_at__lt=timezone.now() - TRASH).delete()
    ConfirmCode.objects.filter(made_on__lt=day - HOLDS).delete()
    MailedAddress.objects.filter(on__lt=day - HOLDS).delete()
