"""Without a log-in: the link of a mail, the code of a sheet, and what neither gives away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup
from django.core import signing
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from directory.choices import ConfirmBy, Confirmer, Decision
from directory.freshness import links
from directory.freshness.links import ALPHABET, HOLDS, new_code, token_for
from directory.models import (
    ChangeProposal,
    ConfirmCode,
    FreshnessSettings,
    GatheringPlace,
    Office,
    Organisation,
    PhoneCheck,
    PublicRecord,
    Verification,
)
from tests.directory.freshness.conftest import at
from tests.factories import OrganisationFactory, PlaceFactory

pytestmark = pytest.mark.django_db
DAY = date(2027, 6, 1)
SECRET = "もれてはいけない印Q7X"


@pytest.fixture(autouse=True)
def in_june() -> Iterator[None]:
    """The day on which the link is opened."""
    with at(DAY):
        yield


@pytest.fixture
def organisation() -> Organisation:
    """Somebody who got a mail."""
    return OrganisationFactory(name="ひだまりの会", confirm_mail="himitsu-no-hako@example.jp")


@pytest.fixture
def place(organisation: Organisation) -> GatheringPlace:
    """An entry that is due."""
    return PlaceFactory(
        organisation=organisation,
        name="ひだまりサロン",
        verified_on=date(2026, 5, 1),
        verified_by="phone",
        cost_note="100円",
        staff_note=SECRET,
        acceptance_note=SECRET,
        no_check_reason=SECRET,
    )


def address(whom: Organisation | Office, **options: object) -> str:
    """The link as a mail has it."""
    return f"/confirm/{token_for(whom, **options)}/"


def soup(response: HttpResponse) -> BeautifulSoup:
    """The page of an answer that nobody may keep."""
    assert response["Cache-Control"] == "no-store"
    assert response["X-Robots-Tag"] == "noindex"
    assert not response.cookies
    return BeautifulSoup(response.content, "html.parser")


def test_should_confirm_with_one_button_and_only_once(
    client: Client, organisation: Organisation, place: GatheringPlace
) -> None:
    link = address(organisation)
    page = soup(client.get(link))
    assert page.find("meta", attrs={"name": "robots"})["content"] == "noindex"
    assert "ひだまり" not in page.title.get_text(), "browsers keep titles"
    assert not page.select("main script")
    form = page.select_one("form.confirm-right")
    assert form.button.contents[0] == "このままで正しい"
    sent = {"entry": form.select_one("input[name=entry]")["value"], "do": form.button["value"]}
    assert not Verification.objects.filter(on=DAY).exists(), "opening it confirms nothing"
    for _time in range(2):
        response = client.post(link, sent)
        assert response.status_code == 303
        assert not response.cookies
    assert Verification.objects.filter(resource=place.pk, on=DAY).count() == 4
    assert {one.role for one in Verification.objects.filter(on=DAY)} == {Confirmer.ORGANISATION}
    after = soup(client.get(link))
    assert not after.select("form.confirm-right")
    assert "確かめていただきました（2027年6月1日）" in after.get_text()
    assert PublicRecord.objects.get(resource=place.pk).data["verified_on"] == "2027-06-01"


def test_should_not_confirm_anew_with_an_old_link(
    client: Client, organisation: Organisation, place: GatheringPlace
) -> None:
    link = address(organisation)
    client.post(link, {"entry": place.short_id, "do": "right"})
    with at(DAY + timedelta(days=30)):
        client.post(link, {"entry": place.short_id, "do": "right"})
    assert set(Verification.objects.filter(resource=place.pk).values_list("on", flat=True)) == {date(2026, 5, 1), DAY}


def test_should_keep_changes_as_proposals_and_show_nothing_of_them(
    client: Client, organisation: Organisation, place: GatheringPlace
) -> None:
    link = address(organisation)
    form = soup(client.get(link)).select_one("form.confirm-change")
    sent = {one["name"]: one.get("value", "") or one.get_text() for one in form.select("input, textarea")}
    assert sent["cost"] == "100円"
    response = client.post(link, {**sent, "cost": "<b>200円</b>", "do": "change"})
    assert response.status_code == 303
    (made,) = ChangeProposal.objects.all()
    assert (made.field, made.old, made.proposed, made.state) == ("cost", "100円", "<b>200円</b>", Decision.WAITING)
    public = client.get(f"/resources/{place.short_id}/").content.decode()
    assert "100円" in public
    assert "200円" not in public
    after = soup(client.get(link))
    assert "受け取りました" in after.get_text()
    assert "200円" not in str(after), "whoever the link is forwarded to does not read it"


@pytest.mark.parametrize(
    "sent", [{"cost": "あ" * 3_000}, {"cost": "x\u202ey"}, {"cost": "a\x00b"}, {"channel:0": "番号なし"}, {}]
)
def test_should_say_what_is_wrong_and_keep_what_was_typed(
    client: Client, organisation: Organisation, place: GatheringPlace, sent: dict[str, str]
) -> None:
    response = client.post(address(organisation), {"entry": place.short_id, "do": "change", **sent})
    assert response.status_code == 400
    page = soup(response)
    assert page.select("[role=alert]")
    assert page.select("details[open] form.confirm-change")
    assert not ChangeProposal.objects.exists()


@pytest.mark.parametrize("entry", ["", "0000000000", "x" * 5_000, "another"])
def test_should_change_nothing_but_the_entries_of_the_link(
    client: Client, organisation: Organisation, place: GatheringPlace, entry: str
) -> None:
    others = PlaceFactory(verified_on=date(2026, 5, 1), verified_by="phone")
    asked = others.short_id if entry == "another" else entry
    for do in ("right", "change", "burn"):
        assert client.post(address(organisation), {"entry": asked, "do": do, "cost": "x"}).status_code == 303
    assert not Verification.objects.filter(on=DAY).exists()
    assert not ChangeProposal.objects.exists()


def _altered(token: str) -> list[str]:
    """Ways in which a link goes wrong between a mail and a browser."""
    head, _colon, tail = token.partition(":")
    other = signing.dumps(["o", "0" * 32, "2027-06-01", 0], salt="another purpose")
    return [token[:-1], token[1:], f"{head}:", f"{head}x:{tail}", "x", "1", "あ", token.upper(), other, "a" * 1_500]


def test_should_answer_a_broken_link_with_a_clear_page(
    client: Client, organisation: Organisation, place: GatheringPlace
) -> None:
    for token in _altered(token_for(organisation)):
        for response in (client.get(f"/confirm/{token}/"), client.post(f"/confirm/{token}/", {"do": "right"})):
            assert response.status_code == 404, token
            page = soup(response)
            assert page.h1.get_text() == "この確認のリンクは使えません"
            assert page.select_one("main a[href='/confirm/']")
    assert not Verification.objects.filter(on=DAY).exists()


def test_should_end_by_itself(client: Client, organisation: Organisation, place: GatheringPlace) -> None:
    link = address(organisation)
    with at(DAY + HOLDS):
        assert client.get(link).status_code == 200
    with at(DAY + HOLDS + timedelta(days=1)):
        for response in (client.get(link), client.post(link, {"entry": place.short_id, "do": "right"})):
            assert response.status_code == 410
            assert "期限が過ぎました" in soup(response).h1.get_text()
    assert not Verification.objects.filter(on__gte=DAY).exists()


def test_should_close_when_the_organisation_is_gone(client: Client) -> None:
    organisation = OrganisationFactory()
    link = address(organisation)
    organisation.delete()
    assert client.get(link).status_code == 404


def test_should_tell_whoever_it_is_forwarded_to_nothing_that_is_not_public(
    client: Client, organisation: Organisation, place: GatheringPlace
) -> None:
    organisation.staff_note = organisation.quote = SECRET
    organisation.save()
    place.name = SECRET
    place.save_revision()
    office = Office.default()
    PlaceFactory(organisation=OrganisationFactory(staff_note=SECRET), staff_note=SECRET)
    for link in (address(organisation), address(organisation, is_whole=True), address(office)):
        text = client.get(link).content.decode()
        assert SECRET not in text
        assert "himitsu-no-hako@example.jp" not in text, "the address of the organisation's mail is the staff's"
    assert "ひだまりサロン" in client.get(address(organisation)).content.decode()


def test_should_show_an_office_only_what_nobody_else_is_asked_about(
    client: Client, organisation: Organisation, place: GatheringPlace
) -> None:
    office = Office.objects.create(name="福祉係", mail="f@example.jp")
    own = PlaceFactory(owner=office, name="係がたずねられる会", verified_on=date(2026, 5, 1), verified_by="web")
    GatheringPlace.objects.filter(pk=place.pk).update(owner=office)
    page = soup(client.get(address(office)))
    assert [one.get_text(strip=True) for one in page.select(".confirm-entry h2")] == [own.name]
    client.post(address(office), {"entry": own.short_id, "do": "right"})
    assert {one.role for one in Verification.objects.filter(resource=own.pk, on=DAY)} == {Confirmer.EDITOR}


def test_should_take_nothing_from_another_site(
    client: Client, organisation: Organisation, place: GatheringPlace
) -> None:
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        sent = {"entry": place.short_id, "do": "right"}
        assert client.post(address(organisation), sent, headers=headers).status_code == 403
        assert client.post("/confirm/", {"code": "x"}, headers=headers).status_code == 403
    assert not Verification.objects.filter(on=DAY).exists()


def test_should_offer_the_quick_way_out_where_readers_may_be_in_danger(client: Client) -> None:
    organisation = OrganisationFactory()
    PlaceFactory(organisation=organisation, fields=["violence"], verified_on=date(2026, 5, 1), verified_by="phone")
    assert soup(client.get(address(organisation))).select_one(".leave")


def test_should_limit_what_one_link_proposes(client: Client, organisation: Organisation, place: GatheringPlace) -> None:
    answers = [
        client.post(address(organisation), {"entry": place.short_id, "do": "change", "cost": f"{number}円"}).status_code
        for number in range(62)
    ]
    assert answers[0] == 303
    assert answers[-1] == 429
    assert ChangeProposal.objects.count() == 1


# -- codes --


@pytest.mark.parametrize(
    "form", [str, str.lower, lambda code: code.replace("-", ""), lambda code: " ".join(code), lambda code: f"　{code} "]
)
def test_should_open_all_entries_by_the_code_however_it_is_typed(
    client: Client, organisation: Organisation, place: GatheringPlace, form: object
) -> None:
    later = PlaceFactory(organisation=organisation, verified_on=DAY - timedelta(days=3), verified_by="phone")
    code = new_code(organisation)
    response = client.post("/confirm/", {"code": form(code)})
    assert response.status_code == 303
    page = soup(client.get(response["Location"]))
    assert {one["id"] for one in page.select(".confirm-entry")} == {
        f"entry-{place.short_id}",
        f"entry-{later.short_id}",
    }


def test_should_understand_wide_letters(client: Client, organisation: Organisation) -> None:
    wide = new_code(organisation).translate({ord(one): ord(one) + 0xFEE0 for one in ALPHABET})
    assert client.post("/confirm/", {"code": wide}).status_code == 303


def test_should_keep_codes_that_nobody_mixes_up_and_only_as_hashes(organisation: Organisation) -> None:
    codes = {new_code(organisation) for _number in range(50)}
    assert len(codes) == 50
    for code in codes:
        assert re.fullmatch(rf"[{ALPHABET}]{{4}}-[{ALPHABET}]{{4}}", code)
        assert not set(code) & set("0OQ1IL8B5S2ZUV") - {"Q"}
        assert not ConfirmCode.objects.filter(code_hash__contains=links.plain_code(code)).exists()


@pytest.mark.parametrize(
    "code", ["", "AAAA-AAAA", "O0O0-1I1L", "x" * 500, "あいうえ-かきくけ", "\x00", "34679ACD; DROP"]
)
def test_should_say_that_a_wrong_code_opens_nothing(client: Client, organisation: Organisation, code: str) -> None:
    new_code(organisation)
    response = client.post("/confirm/", {"code": code})
    assert response.status_code == 200
    assert "この番号では開けませんでした" in soup(response).select_one("[role=alert]").get_text()


def test_should_end_a_code_after_its_days(client: Client, organisation: Organisation) -> None:
    code = new_code(organisation)
    with at(DAY + HOLDS):
        assert client.post("/confirm/", {"code": code}).status_code == 303
    with at(DAY + HOLDS + timedelta(days=1)):
        assert client.post("/confirm/", {"code": code}).status_code == 200


def test_should_limit_guessing_by_network_and_altogether(client: Client, organisation: Organisation) -> None:
    code = new_code(organisation)
    answers = [client.post("/confirm/", {"code": "AAAA-AAAA"}).status_code for _number in range(12)]
    assert answers.count(200) == 10
    response = client.post("/confirm/", {"code": code})
    assert response.status_code == 429, "also the right one: nobody learns that it was right"
    assert "確認票にある市の担当" in response.content.decode()
    # From many networks at once no faster.
    codes = [
        client.post("/confirm/", {"code": "AAAA-AAAA"}, REMOTE_ADDR=f"10.0.{number // 250}.{number % 250}").status_code
        for number in range(620)
    ]
    assert codes.count(200) == 600 - 10
    assert codes[-1] == 429


# -- figures --


def test_should_tell_figures_only_where_the_city_wants_it(client: Client, place: GatheringPlace) -> None:
    assert client.get("/freshness/").status_code == 404
    FreshnessSettings.objects.create(shows_figures=True)
    places = PublicRecord.objects.order_by("pk").values_list("pk", flat=True)
    for number, pk in enumerate(places[:20]):
        PhoneCheck.objects.create(
            resource_id=pk, sample_month="2027-05", opened_on=DAY, was_right=None if number > 15 else number % 4 > 0
        )
    for pk in places[:9]:
        PhoneCheck.objects.create(resource_id=pk, sample_month="2027-04", opened_on=DAY, was_right=True)
    page = BeautifulSoup(client.get("/freshness/").content, "html.parser")
    rows = [[cell.get_text(strip=True) for cell in row.find_all(["th", "td"])] for row in page.select("tbody tr")]
    assert rows == [["2027-05", "16", "12", "75%"]], "of few answers nothing is told"
    assert page.select_one(".ending .desk-name")


def test_should_ask_by_no_mail_who_wants_paper(organisation: Organisation, place: GatheringPlace) -> None:
    from directory.freshness.due import due_entries

    organisation.confirm_by = ConfirmBy.SHEET
    organisation.save()
    (entry,) = [one for one in due_entries(timezone.localdate()) if one.resource.pk == place.pk]
    assert not entry.wants_mail
    assert not entry.wants_call
