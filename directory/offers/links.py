"""The signed links in the mails to whoever offers: one opens one offer, for one round, once.

Whoever holds a link may use it, so it shows the offer and never whose name and mail stand with it.
"""

from __future__ import annotations

from datetime import timedelta

from django.core import signing

from ..models import Offer, OfferState

SALT = "directory.offers"
# Until a mail is read, and until somebody has asked around in their own house.
CHECK_HOLDS = timedelta(days=3)
ANSWER_HOLDS = timedelta(days=30)


class LinkExpired(Exception):
    """It was right, and its days are over."""


class LinkBroken(Exception):
    """It was altered, cut off, or never made here."""


class LinkUsed(Exception):
    """It did what it is for, or the offer was taken back."""


def token_for(offer: Offer) -> str:
    """The signed part of the link of an offer's present round."""
    return signing.dumps([offer.uuid.hex, offer.round], salt=SALT)


def read_token(token: str) -> Offer:
    """The offer that waits for this link. Raises LinkExpired, LinkBroken or LinkUsed."""
    try:
        uuid, number = signing.loads(token, salt=SALT)
        signing.loads(token, salt=SALT, max_age=ANSWER_HOLDS if number else CHECK_HOLDS)
    except signing.SignatureExpired:
        raise LinkExpired from None
    except (signing.BadSignature, ValueError, TypeError):
        raise LinkBroken from None
    state = OfferState.ASKED if number else OfferState.UNCHECKED
    offer = Offer.objects.filter(uuid=uuid, round=number, state=state).select_related("area").first()
    if offer is None:
        raise LinkUsed
    return offer
