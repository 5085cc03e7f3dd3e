"""What is kept of confirming, and for how long."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Exists, OuterRef

from ..choices import Decision
from ..models import ChangeProposal, ConfirmCode, MailedAddress, PhoneCheck, Verification
from .links import HOLDS

# Proof that an entry was confirmed; the newest of each group of facts stays whatever its age.
PROOF = timedelta(days=1_095)
# Proposals that were answered, and whose organisation was told or has no mail.
ANSWERED = timedelta(days=180)
# Calls that are over: two years of monthly figures.
CALLS = timedelta(days=800)


def clean_up(day: date) -> None:
    """Take away what is too old."""
    newer = Verification.objects.filter(resource=OuterRef("resource"), group=OuterRef("group"), pk__gt=OuterRef("pk"))
    Verification.objects.filter(Exists(newer), on__lt=day - PROOF).delete()
    ChangeProposal.objects.exclude(state=Decision.WAITING).filter(decided_on__lt=day - ANSWERED).delete()
    PhoneCheck.objects.filter(closed_on__lt=day - CALLS).delete()
    ConfirmCode.objects.filter(made_on__lt=day - HOLDS).delete()
    MailedAddress.objects.filter(on__lt=day - HOLDS).delete()
