"""How long an offer is kept. Name and mail of its contact go with the answer; nothing here keeps them longer."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from ..models import Offer, OfferState
from .links import CHECK_HOLDS

# Offers that the city never answered, with whose name and mail stands in them.
UNANSWERED = timedelta(days=180)
# Answered ones, without name and mail: who offers again is recognised.
ANSWERED = timedelta(days=730)


def clean_up() -> int:
    """Take away what is too old, by the day. Returns how many."""
    now, today = timezone.now(), timezone.localdate()
    never = Q(state=OfferState.UNCHECKED, sent_at__lt=now - CHECK_HOLDS)
    silent = Q(state__in=(OfferState.WAITING, OfferState.ASKED), sent_at__lt=now - UNANSWERED)
    old = Q(answered_on__lt=today - ANSWERED)
    return Offer.objects.filter(never | silent | old).delete()[1].get("directory.Offer", 0)
