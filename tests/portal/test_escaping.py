"""What somebody wrote stays text on every page, whoever wrote it and wherever it stands."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import models
from django.test import Client
from pydantic import ValidationError
from wagtail.models import Page

from directory import cache as memory
from directory.models import Area, Field, NationalLine, Need, Offer, OfferState, PublicRecord
from directory.offers import links
from directory.partners.models import ContactPoint, SharingPack
from directory.public.record import PublicResource
from portal.models import GuidancePage, HomePage, PortalSettings, SituationPage
from search import indexing
from tests.directory.offers.conftest import make as make_offer
from tests.directory.partners.conftest import city_client
from tests.directory.partners.test_planted_secrets import text_columns

pytestmark = pytest.mark.django_db

# Ends an attribute, opens an element, and is long enough to be found.
EVIL = "zq7\"'<script>&"
MARK = 'zq7"'
# Names of files, of places in the tree and of kinds of blocks are no words.
NO_WORDS = {"path", "url_path", "slug", "origin", "content_json", "draft_title", "code", "hashed_secret"}


def columns(model: type[models.Model]) -> Iterator[str]:
    """Columns that hold words."""
    for field in model._meta.concrete_fields:
        if isinstance(field, models.CharField | models.TextField) and not (field.choices or field.name in NO_WORDS):
            yield field.name


def plant(model: type[models.Model], **where: Any) -> None:
    """Every text of a table, as long as its column takes it."""
    for name in columns(model):
        longest = model._meta.get_field(name).max_length or 100
        if longest >= len(EVIL) and not model._meta.get_field(name).unique:
            models.QuerySet(model).filter(**where).update(**{name: EVIL})


def planted(record: dict[str, Any]) -> dict[str, Any]:
    """A public record with each of its texts replaced that may be anything."""

    def leaves(value: Any) -> Iterator[tuple[Any, Any]]:
        for key, below in value.items() if isinstance(value, dict) else enumerate(value):
            if isinstance(below, str):
                yield value, key
            elif isinstance(below, dict | list):
                yield from leaves(below)

    for holder, key in list(leaves(record)):
        before, holder[key] = holder[key], EVIL
        try:
            PublicResource.model_validate(record)
        except ValidationError:
            holder[key] = before
        if key in {"short_id", "slug"} or (key == "code" and "name" in holder):
            holder[key] = before
    return record


@pytest.fixture
def everything(own_index: Path) -> None:
    """Texts of the register, of pages, of settings, of lines and of contact points."""
    for record in PublicRecord.objects.all():
        PublicRecord.objects.filter(pk=record.pk).update(data=planted(record.data))
    for model in (Area, Field, Need, NationalLine, PortalSettings):
        plant(model)
    for model, field in text_columns():
        if not isinstance(field, models.EmailField):
            models.QuerySet(model).update(**{field.name: EVIL[: field.max_length]})
    Page.objects.filter(depth__gt=1).update(title=EVIL, seo_title="", search_description="")
    for model in (HomePage, GuidancePage, SituationPage):
        for name in {"intro", "lead", "photo_alt", "what_happens", "if_refused"} & set(columns(model)):
            model.objects.update(**{name: EVIL})
    for page in SituationPage.objects.all():
        page.voices = [("voice", {"who": "family", "text": EVIL})]
        page.signs = [("sign", EVIL)]
        page.questions = [("question", {"q": EVIL, "a": "<p>…</p>"})]
        page.save()
    for page in GuidancePage.objects.all():
        page.body = [
            ("heading", EVIL),
            ("steps", [{"title": EVIL, "text": EVIL}]),
            ("callout", {"title": EVIL, "text": "<p>…</p>"}),
            ("question", {"q": EVIL, "a": "<p>…</p>"}),
            ("resources", {"title": EVIL, "kind": "desk", "field": "", "area": ""}),
            ("lines", {"topics": []}),
        ]
        page.save()
    memory.forget_all()
    indexing.rebuild()


def hostile_offer(**columns: Any) -> Offer:
    """Whoever offers is a stranger."""
    offer = make_offer(**columns)
    plant(Offer, pk=offer.pk)
    offer.refresh_from_db()
    return offer


def test_should_escape_what_strangers_offer_where_it_is_answered() -> None:
    offer = hostile_offer()
    hostile_offer()
    client = city_client("escaping-offers", None)
    for address in ("/admin/offers/", f"/admin/offers/{offer.pk}/"):
        text = client.get(address).content.decode()
        assert MARK not in text, f"{address}: {text[text.index(MARK) - 200 : text.index(MARK) + 40]}"
        assert text.count("zq7&quot;&#x27;&lt;script&gt;&amp;") + text.count("zq7&#34;&#39;&lt;script&gt;&amp;") > 1
    answers = client.post(f"/admin/offers/{offer.pk}/", {"do": "ask", "question": EVIL * 99})
    assert MARK not in answers.content.decode()
    again = Client().post(
        "/offer/", {"name": EVIL, "text": EVIL, "contact_mail": EVIL, "kind": EVIL, "area": EVIL, "fields": [EVIL]}
    )
    assert MARK not in again.content.decode()


def public_pages() -> Iterator[str]:
    """One of each kind that there is, and every kind of answer."""
    for page in Page.objects.live().filter(depth__gt=1).specific():
        yield page.url or "/"
    ids = [PublicRecord.objects.filter(kind=kind).first().short_id for kind in ("desk", "place", "volunteer", "work")]
    yield from (f"/resources/{short_id}/" for short_id in ids)
    yield f"/list/?ids={'.'.join(ids)}"
    yield from ("/find/", "/find/?about=anything", "/browse/", "/browse/desk/", "/browse/place/", "/share/leaflet/")
    words = ("", "相談", "死にたい", "my husband hits me", "居場所 東部", EVIL.replace("&", "%26"))
    yield from (f"/search/?q={word}" for word in words)
    yield f"/find/?where={EVIL.replace('&', '%26')}&about="
    for number, state in enumerate((OfferState.UNCHECKED, OfferState.ASKED)):
        offer = hostile_offer(state=state, round=number)
        yield f"/offer/link/{links.token_for(offer)}/"
    yield "/nowhere/"


def test_should_escape_whatever_stands_on_public_pages(everything: None, client: Client) -> None:
    shown = 0
    for address in public_pages():
        text = client.get(address).content.decode()
        assert MARK not in text, f"{address}: {text[text.index(MARK) - 200 : text.index(MARK) + 40]}"
        shown += "zq7&#34;&#39;&lt;script&gt;&amp;" in text
    assert shown > 40


def test_should_escape_whatever_stands_on_partner_pages(everything: None) -> None:
    client = city_client("escaping", None)
    contact, pack = ContactPoint.objects.first(), SharingPack.objects.first()
    addresses = [
        "/partners/",
        "/partners/contacts/",
        f"/partners/contacts/{contact.uuid}/",
        f"/partners/packs/{pack.code}/",
        f"/partners/packs/{pack.code}/print/",
        "/partners/handover/",
        "/partners/office/",
        "/partners/office/trail/",
    ]
    for address in addresses:
        response = client.get(address)
        assert response.status_code == 200, address
        text = response.content.decode()
        assert MARK not in text, f"{address}: {text[text.index(MARK) - 200 : text.index(MARK) + 40]}"
    assert "zq7" in client.get(f"/partners/contacts/{contact.uuid}/").content.decode()
