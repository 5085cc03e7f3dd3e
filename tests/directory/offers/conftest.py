"""An offer that has reached the city."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from directory.models import Area, Field, Offer, OfferKind, OfferState

SECRET_NAME, SECRET_MAIL = "秘密野さき", "himitsu@tsumugi.example.jp"


def make(**columns: Any) -> Offer:
    """An offer as a company writes it."""
    offer = Offer.objects.create(
        **{
            "state": OfferState.WAITING,
            "arrived_at": timezone.now(),
            "kind": OfferKind.WORK,
            "name": "株式会社つむぎ製作所",
            "reading": "つむぎせいさくしょ",
            "text": "箱を折る仕事があります。\n座ってできます。",
            "when": "平日の午前",
            "how_many": "1回に2人まで",
            "needs": "はじめは付き添いの方と",
            "area": Area.objects.get(slug="tobu"),
            "phone": "0000-55-1234",
            "contact_name": SECRET_NAME,
            "contact_mail": SECRET_MAIL,
            **columns,
        }
    )
    offer.fields.set(Field.objects.filter(code="work"))
    return offer


@pytest.fixture
def offer(db: None) -> Offer:
    """It waits for an answer."""
    return make()
