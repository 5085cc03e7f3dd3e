"""A secret in every staff-only field, and a look at everything that the site puts out.

Both sides are discovered: the fields from the models, the outputs from the URL configuration, the folder of what runs writes,
the cache, the mails and the logs. What nobody has written down here fails.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import tantivy
import wagtail.admin
from bs4 import BeautifulSoup
from django.apps import apps
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.core.management import call_command
from django.db import models
from django.template.loader import get_template
from django.test import Client
from django.utils import timezone
from wagtail.models import Page

from directory import cache as memory
from directory.choices import ConfirmBy
from directory.freshness.links import token_for
from directory.models import (
    Banner,
    ChangeProposal,
    DaysNotice,
    FreshnessSettings,
    Intake,
    MeasureState,
    Offer,
    OfferState,
    Office,
    Organisation,
    PreparedPage,
    PublicRecord,
    Resource,
)
from directory.offers.links import token_for as offer_token
from directory.offers.mails import send_check
from directory.partners.choices import Direction, Rank
from directory.partners.models import ContactPoint, Delivery, Invitation, Member, Partner, Proposal, Training
from directory.partners.packs import current_contacts
from portal.operations.spare import write_spare
from search import engines, indexing
from search.text import dictionary
from tests.addresses import addresses
from tests.directory.offers.conftest import make as make_offer
from tests.directory.partners.conftest import city_client, enter
from tests.directory.partners.test_contacts import form
from tests.directory.partners.world import NOBODY
from tests.directory.public.test_projection import STAFF_ONLY
from tests.factories import PASSWORD, MemberFactory, PlaceFactory

pytestmark = pytest.mark.django_db

SECRET = "zq7secret"
ROOT = Path(__file__).parent.parent.parent.parent
# Text columns that hold no words of staff: names of pages, hashes, what Wagtail and the register manage.
NO_WORDS = {
    "sharingpack.code",
    "sharingpack.origin",
    "partner.origin",
    "training.origin",
    "contactpoint.origin",
    "invitation.secret_hash",
}


def text_columns() -> Iterator[tuple[type[models.Model], models.Field]]:
    """Every column of the partner pages' tables in which words can stand."""
    for model in apps.get_app_config("partners").get_models():
        for field in model._meta.concrete_fields:
            words = isinstance(field, models.CharField | models.TextField) and not field.choices
            if words and f"{model._meta.model_name}.{field.name}" not in NO_WORDS:
                yield model, field


def plant_offers() -> None:
    """Offers that only staff read, all of their texts secret; and two whose links are out: of these name, mail and reason are."""
    texts = [
        field.name
        for field in Offer._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField) and not field.choices
    ]
    for state in (OfferState.WAITING, OfferState.DECLINED):
        make_offer(state=state, **dict.fromkeys(texts, SECRET))
    for number, state in enumerate((OfferState.UNCHECKED, OfferState.ASKED)):
        make_offer(
            state=state,
            round=number,
            contact_name=SECRET,
            contact_mail=f"{SECRET}@example.jp",
            answer=SECRET,
            reason=SECRET,
        )


def plant_bad_days() -> None:
    """What waits for an approver, how the entries of a notice were chosen, and a page that is prepared and not open."""
    now = timezone.now()
    span = {"since": now, "until": now + timedelta(days=1)}
    resource = PublicRecord.objects.order_by("pk").first().resource
    waiting = DaysNotice.objects.create(reason=SECRET, **span)
    shown = DaysNotice.objects.create(reason="大雨", scope=SECRET, state=MeasureState.OPEN, **span)
    for notice in (waiting, shown):
        notice.entries.add(resource)
    Banner.objects.create(words=SECRET, link=f"/{SECRET}/", level="urgent", **span)
    PreparedPage.objects.filter(slug="heat").update(title=SECRET, lead=SECRET, band=SECRET, steps=SECRET, easy=SECRET)


@pytest.fixture
def planted(hellowork: Partner, own_index: Path) -> Member:
    """One of everything, each of its texts a secret; then the index, the dictionary and the public records made anew."""
    contact = current_contacts().exclude(organisation=None).first()
    contact.save_revision().publish()
    contact.unit = "変わった係"
    contact.save_revision().publish()
    partner = hellowork
    member = MemberFactory(partner=partner, rank=Rank.LEAD)
    Training.objects.create(title="x", starts_at="2099-01-01T00:00+09:00")
    Proposal.objects.create(
        contact=contact, partner=partner, proposed_by="x", changes={"hours": SECRET}, seen={"hours": SECRET}
    )
    Invitation.objects.create(
        partner=partner, mail="x@example.jp", secret_hash="h", invited_by="x", expires_at="2099-01-01T00:00+09:00"
    )
    pack = partner.organisation.type.sharing_packs.first()
    pack.duties.create(direction=Direction.CALL, text="x")
    Delivery.objects.create(
        pack=pack, pack_title="x", partner=partner, format="sent", version="x", contacts=1, resources=1
    )
    enter(member).get("/partners/")
    for model, field in text_columns():
        value = f"{SECRET}@example.jp" if isinstance(field, models.EmailField) else SECRET
        # The trail's own manager refuses to change a line; the table is changed past it.
        models.QuerySet(model).update(**{field.name: value})
    type(member.user).objects.filter(pk=member.user_id).update(email=f"{SECRET}@example.jp", last_name=SECRET)
    place = PlaceFactory()
    for model, names in STAFF_ONLY.items():
        columns = [model._meta.get_field(name) for name in names]
        text = [one.name for one in columns if isinstance(one, models.CharField | models.TextField) and not one.choices]
        model.objects.filter(pk__in=[place.pk, place.organisation_id]).update(**dict.fromkeys(text, SECRET))
    Organisation.objects.update(staff_note=SECRET, confirm_by=ConfirmBy.MAIL, confirm_mail=f"{SECRET}@example.jp")
    Resource.objects.update(staff_note=SECRET, acceptance_note=SECRET, no_check_reason=SECRET, owner=Office.default())
    Office.objects.update(mail=f"{SECRET}@example.jp", phone=SECRET)
    ChangeProposal.objects.create(resource_id=place.pk, field="cost", label="費用の説明", proposed=SECRET, role="group")
    plant_offers()
    plant_bad_days()
    for pk in PublicRecord.objects.values_list("pk", flat=True):
        Intake.objects.create(resource_id=pk, people=987, needs=SECRET)
    FreshnessSettings.objects.create(shows_figures=True)
    place.refresh_from_db()
    place.save_revision().publish()
    dictionary.build()
    indexing.rebuild()
    return Member.objects.get(pk=member.pk)


def test_should_have_planted_a_secret_in_every_text_column(planted: Member) -> None:
    columns = list(text_columns())
    assert len(columns) > 40
    for model, field in columns:
        found = model.objects.filter(**{f"{field.name}__startswith": SECRET}).count()
        assert found, f"{model._meta.label}.{field.name}: nothing was planted"


# What each public address is asked for; its path may hold anything, the answers must hold nothing.
WORDS = (SECRET, "相談", "ひきこもり", "多機関協働", "ハローワーク")
IDS = "{ids}"
PUBLIC_OUTPUTS: dict[str, list[str]] = {
    "search": ["/search/", *(f"/search/?q={word}" for word in WORDS), "/search/?kind=desk&page=2"],
    "find": ["/find/", "/find/?about=dementia&area=tobu", f"/find/?where={SECRET}"],
    "browse": ["/browse/"],
    "browse_kind": [f"/browse/{kind}/" for kind in ("desk", "place", "volunteer", "work")],
    "resource": ["/resources/{ids}/"],
    "api_search": [f"/api/search?q={word}" for word in WORDS],
    "api_suggest": ["/api/suggest?q=zq", *(f"/api/suggest?q={word[:2]}" for word in WORDS)],
    "counter_list": ["/list/", "/list/?ids={ids}"],
    "counter_list_change": [],
    "share_ended": ["/share/ended.csv", "/share/ended.csv?kind=volunteer"],
    "confirm_code": ["/confirm/"],
    "confirm_link": ["{links}"],
    "offer": ["/offer/"],
    "offer_sent": ["/offer/sent/"],
    "offer_link": ["{offers}"],
    "freshness_figures": ["/freshness/"],
    "share_leaflet": ["/share/leaflet/", "/share/leaflet/?role=1-i&role=5&role=4&role=2"],
    "share_csv": ["/share/list.csv", "/share/list.csv?kind=desk&role=5&role=4", "/share/list.csv?kind=place"],
    "share_json": ["/share/list.json", "/share/list.json?kind=desk&role=5&role=4", "/share/list.json?kind=work"],
    "healthz": ["/healthz"],
    "readyz": ["/readyz"],
    "sitemap.xml": ["/sitemap.xml"],
    "sitemap": ["/sitemap-resources.xml", "/sitemap-pages.xml"],
    # Neither is open.
    "now": ["/now/heat/", "/now/storm/"],
    "robots": ["/robots.txt"],
    "favicon": ["/favicon.ico"],
    "security": ["/.well-known/security.txt"],
    "wagtail_serve": ["{tree}", f"/{SECRET}/", "/partners-of-nobody/"],
    "^media/(?P<path>.*)$": ["/media/nothing.png"],
    "wagtaildocs_serve": ["/documents/1/x.pdf"],
    "wagtaildocs_authenticate_with_password": ["/documents/authenticate_with_password/1/"],
    "wagtailcore_authenticate_with_password": ["/_util/authenticate_with_password/1/1/"],
    # Of the staff-only part: what anybody is shown.
    "partners:login": ["/partners/login/", f"/partners/login/?next=/{SECRET}"],
    "partners:join": ["/partners/join/"],
    "partners:invitation": ["/partners/join/x/"],
    "partners:password": ["/partners/password/"],
    "partners:password_sent": ["/partners/password/sent/"],
    "partners:password_confirm": ["/partners/password/MQ/x/"],
    "partners:second_factor": ["/partners/second-factor/"],
}


def asked(answer: str) -> list[str]:
    """The outputs with every resource and every page of the tree in them."""
    if "{tree}" in answer:
        return [page.url for page in Page.objects.live().filter(depth__gt=1) if page.url]
    if "{links}" in answer:
        whom = [*Organisation.objects.filter(resources__public_record__isnull=False).distinct(), *Office.objects.all()]
        return [f"/confirm/{token_for(one, is_whole=True)}/" for one in whom]
    if "{offers}" in answer:
        return [f"/offer/link/{offer_token(offer)}/" for offer in Offer.objects.all()]
    if "{ids}" not in answer:
        return [answer]
    ids = list(PublicRecord.objects.order_by("-pk").values_list("short_id", flat=True))
    if "list" in answer:
        return [answer.format(ids=".".join(ids[:20]))]
    return [answer.format(ids=short_id) for short_id in ids]


def echoed(text: str, address: str) -> str:
    """An answer without what the question itself said: a search page repeats what was typed."""
    if SECRET not in address:
        return text
    return re.sub(rf"(?i)(value=\"[^\"]*|「|next=%2F|q=|/|\"query\": ?\"|\"){SECRET}", "", text)


def test_should_put_out_no_secret_at_any_public_address(planted: Member) -> None:
    client = Client()
    known = {address.key for address in addresses() if not address.route.startswith("admin/")}
    staff_only = {key for key in known if key.startswith("partners:") and key not in PUBLIC_OUTPUTS}
    assert known - staff_only == set(PUBLIC_OUTPUTS), "Write down in PUBLIC_OUTPUTS what the new address puts out"
    for address in (one for outputs in PUBLIC_OUTPUTS.values() for output in outputs for one in asked(output)):
        response = client.get(address, follow=True)
        content = response.getvalue() if response.streaming else response.content
        assert response.status_code < 500, address
        assert SECRET not in echoed(content.decode("utf-8", "replace").lower(), address), address
        assert SECRET not in str(response.headers).lower() or SECRET in address, address
    # Nor to anybody who asks for what is staff-only without coming in.
    for address in (address for address in addresses() if address.key in staff_only):
        path = address.path(lambda name, converter: NOBODY if converter == "uuid" else "1")
        assert SECRET not in client.get(path, follow=True).content.decode().lower(), path


# What stands below the folder of what runs writes, and how its secrets would be seen.
FOLDERS = {"index", "dictionary", "static", "media", "mail"}
# `spare.json`: what is left to show when nothing can be made; public, and looked into below.
FILES = {"spare.json", "secret_key", "demo.json", "db.sqlite3", "db.sqlite3-wal", "db.sqlite3-shm"}


def test_should_write_no_secret_to_disk(planted: Member, settings: Any) -> None:
    names = {entry.name for entry in Path(settings.VAR_DIR).iterdir()}
    assert names <= FOLDERS | FILES, "A new place that is written to: look for secrets there"
    write_spare()
    assert SECRET not in (Path(settings.VAR_DIR) / "spare.json").read_text(encoding="utf-8").lower()
    folders = [settings.SEARCH_INDEX_DIR, settings.SEARCH_DICTIONARY_DIR, settings.MEDIA_ROOT, settings.STATIC_ROOT]
    looked_at = 0
    for file in (file for folder in folders for file in Path(folder).rglob("*") if file.is_file()):
        looked_at += 1
        assert SECRET not in file.read_bytes().decode("latin-1").lower(), file
    assert looked_at > 10
    # Stored rows are compressed on disk: read them all through the library.
    build = engines.get_engine()._builds.current()
    searcher = tantivy.Index.open(str(build / "index")).searcher()
    assert searcher.num_docs > 300
    for _score, place in searcher.search(tantivy.Query.all_query(), limit=searcher.num_docs).hits:
        assert SECRET not in str(searcher.doc(place).to_dict()).lower()


def test_should_keep_no_secret_in_the_cache_or_in_the_memory_of_the_process(planted: Member) -> None:
    member = enter(planted)
    for address in (
        "/",
        "/search/?q=相談",
        "/browse/",
        "/partners/",
        "/partners/contacts/",
        "/partners/packs/hellowork/",
    ):
        assert member.get(address).status_code == 200, address
    kept = cache._cache
    assert kept, "the cache was not used at all"
    for name, value in kept.items():
        assert SECRET.encode() not in value, name
        assert SECRET not in name
    assert memory._values
    for name, value in memory._values.items():
        assert SECRET not in repr((name, value)).lower(), name


def test_should_mail_no_secret(planted: Member, client: Client) -> None:
    lead = enter(planted)
    lead.post("/partners/members/", {"mail": "new@example.jp", "rank": "member"})
    call_command("send_digests")
    client.post("/partners/password/", {"email": f"{SECRET}@example.jp"})
    assert len(mail.outbox) == 3
    assert_says_nothing(mail.outbox)
    mail.outbox.clear()
    # Of all addresses there is one now, the secret one.
    PublicRecord.objects.update(due_on=timezone.localdate())
    call_command("freshness_daily")
    (asked,) = mail.outbox
    assert SECRET not in f"{asked.subject} {asked.body}".lower()
    assert re.search(rf"{re.escape(settings.WAGTAILADMIN_BASE_URL)}/confirm/", asked.body)
    mail.outbox.clear()
    # Whoever fills in the form for offers, with anybody's address: neither what was typed nor who of the city answers.
    send_check(Offer.objects.get(state=OfferState.UNCHECKED))
    Offer.objects.filter(state=OfferState.WAITING).update(contact_mail=f"{SECRET}@example.jp")
    send_check(Offer.objects.get(state=OfferState.WAITING))
    for sent in mail.outbox:
        assert SECRET not in f"{sent.subject} {sent.body} {sent.from_email} {sent.reply_to}".lower()
        assert re.search(rf"{re.escape(settings.WAGTAILADMIN_BASE_URL)}/offer/link/", sent.body)


def test_should_mail_no_secret_to_those_who_approve(planted: Member) -> None:
    """Wagtail mails of its own accord: to approvers what was submitted, to editors what became of it."""
    editor, approver = city_client("mail-editor", "編集者"), city_client("mail-approver", "承認者")
    contact = ContactPoint.objects.exclude(organisation=None).filter(live=True).first()
    contact.organisation.name = f"{SECRET} 機関"
    contact.organisation.save()
    ContactPoint.objects.filter(pk=contact.pk).update(
        direct_line="0000-11-2222", fax="", night_line="", mail="", person=""
    )
    contact.refresh_from_db()
    address = f"/admin/snippets/partners/contactpoint/edit/{contact.pk}/"
    told = []
    for answer in ("reject", "approve"):
        editor.post(address, form(contact, unit=f"{SECRET} {answer}", **{"action-submit": "action-submit"}))
        state = ContactPoint.objects.get(pk=contact.pk).current_workflow_state
        base = f"/admin/snippets/partners/contactpoint/workflow/action/{contact.pk}/{answer}"
        approver.post(f"{base}/{state.current_task_state.pk}/", {"comment": f"{SECRET} ここが違います"})
        told += [message.subject for message in mail.outbox]
        assert_says_nothing(mail.outbox)
        mail.outbox.clear()
    assert told == [
        "【よろず】承認を待っているものがあります",
        "【よろず】差しもどされました",
        "【よろず】承認を待っているものがあります",
        "【よろず】承認されました",
    ]


def assert_says_nothing(messages: list[mail.EmailMessage]) -> None:
    """A mail is addressed to somebody; beyond that it holds nothing of anybody, and one address of this site to go on at."""
    assert messages
    base = re.escape(settings.WAGTAILADMIN_BASE_URL)
    for message in messages:
        assert SECRET not in f"{message.subject} {message.body} {message.from_email}".lower(), message.subject
        assert re.search(rf"{base}/(admin|partners)/", message.body), message.body
        assert "testserver" not in message.body, "links never follow the Host of a request"
        assert type(message).__name__ in {"EmailMessage", "EmailMultiAlternatives"}
        assert not message.attachments
        assert not getattr(message, "alternatives", [])
        # Half of Wagtail's own sentences are not translated.
        assert not re.search(r"[A-Za-z]{3,} [a-z]{2,} [a-z]{2,}", message.body), message.body


def test_should_have_words_of_its_own_for_every_mail_of_the_admin() -> None:
    """A mail that a later Wagtail brings fails here until it has words that name nothing."""
    theirs = Path(wagtail.admin.__file__).parent / "templates" / "wagtailadmin" / "notifications"
    names = {file.name for file in theirs.glob("*.txt")}
    assert {"workflow_state_submitted.txt", "updated_comments.txt", "base.txt"} <= names
    for name in names:
        origin = Path(get_template(f"wagtailadmin/notifications/{name}").origin.name)
        assert origin.is_relative_to(ROOT), name
        assert "title" not in origin.read_text().partition("#}")[2], name


def test_should_know_everything_that_sends_mail() -> None:
    senders = {
        str(file.relative_to(ROOT))
        for package in ("portal", "directory", "search", "guard")
        for file in (ROOT / package).rglob("*.py")
        if re.search(
            r"send_mail\(|send_mass_mail|EmailMessage\(|EmailMultiAlternatives|PasswordReset|mail_admins",
            file.read_text(),
        )
    }
    # Each of them is made to send by the test above; the addresses only name the view.
    assert senders == {
        "directory/freshness/reminders.py",
        "directory/offers/mails.py",
        "directory/partners/doors/accounts.py",
        "directory/partners/digests.py",
        "directory/partners/urls.py",
        "directory/partners/views/signing_in.py",
        "guard/logins/resetting.py",
        "guard/logins/tries.py",
        "portal/urls.py",
    }


def test_should_log_no_secret_and_have_none_in_addresses_and_titles(
    planted: Member, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    member = enter(planted)
    asked_for = [
        "/partners/",
        "/partners/contacts/",
        "/partners/own/",
        "/partners/members/",
        "/partners/packs/hellowork/",
    ]
    answer = member.post("/partners/contacts/", {"q": SECRET})
    asked_for += [answer["Location"], f"/partners/contacts/{ContactPoint.objects.first().uuid}/"]
    links: set[str] = set()
    for address in asked_for:
        page = BeautifulSoup(member.get(address).content, "lxml")
        assert SECRET not in address
        # The name of a notice's page is its title; everything else of the site's titles is fixed.
        assert SECRET not in page.title.get_text().replace(SECRET, "", address.count("packs")), address
        links |= {
            link["href"] for link in page.find_all("a", href=True) if not link["href"].startswith(("mailto:", "tel:"))
        }
        links |= {form.get("action", "") for form in page.find_all("form")}
    assert len(links) > 20
    assert not [link for link in links if SECRET in link]
    Client().post("/partners/login/", {"username": f"{SECRET}@example.jp", "password": SECRET})
    for _try in range(10):
        Client().post("/partners/login/", {"username": planted.user.username, "password": PASSWORD + SECRET})
    member.get("/partners/packs/silver/")
    assert caplog.records
    for record in caplog.records:
        assert SECRET not in record.getMessage().lower(), record.name


def test_should_have_no_secret_in_the_titles_of_the_admin(planted: Member) -> None:
    officer = city_client("title-admin", None)
    contact = ContactPoint.objects.exclude(latest_revision=None).first()
    base = "/admin/snippets/partners/contactpoint"
    shown = 0
    for page in ("", f"edit/{contact.pk}/", f"history/{contact.pk}/", f"delete/{contact.pk}/", f"usage/{contact.pk}/"):
        soup = BeautifulSoup(officer.get(f"{base}/{page}").content, "lxml")
        assert soup.title.get_text() == "連絡先", page
        shown += SECRET in soup.body.get_text()
    assert shown > 2, "the pages themselves show it"
    refused = officer.post(f"{base}/edit/{contact.pk}/", {"unit": SECRET})
    assert BeautifulSoup(refused.content, "lxml").title.get_text() == "連絡先"
