"""The desk in the admin where offers are answered, as an editor uses it."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.core import mail
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from directory.admin.roles import set_up_roles
from directory.choices import ConfirmBy
from directory.models import EmploymentPathway, InstitutionType, Offer, OfferState, Organisation
from tests.directory.offers.conftest import SECRET_MAIL, SECRET_NAME, make
from tests.factories import OrganisationFactory

pytestmark = pytest.mark.django_db
BASE = "/admin/offers/"


@pytest.fixture
def offer() -> Offer:
    """It waits."""
    return make()


def soup(response: HttpResponse) -> BeautifulSoup:
    """A page that is there."""
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def said(client: Client, response: HttpResponse) -> str:
    """What the page after a form says."""
    assert response.status_code == 302, response.content.decode()[:500]
    return soup(client.get(response["Location"])).get_text()


def test_should_show_what_waits_on_the_first_page_and_in_the_list(editor_client: Client) -> None:
    assert not soup(editor_client.get("/admin/")).select_one(f".desk__waits a[href='{BASE}']")
    make()
    make(state=OfferState.UNCHECKED, arrived_at=None, name="まだの会")
    make(state=OfferState.DECLINED, name="断った会")
    wait = soup(editor_client.get("/admin/")).select_one(f".desk__waits a[href='{BASE}']")
    assert wait.get_text() == "1件会社や団体からの申し出"
    page = soup(editor_client.get(BASE)).get_text()
    assert "株式会社つむぎ製作所" in page
    assert "断った会" not in page
    assert "断った会" in soup(editor_client.get(BASE, {"state": "declined"})).get_text()
    for state in ("unchecked", "accepted", "nonsense"):
        assert "まだの会" not in soup(editor_client.get(BASE, {"state": state})).get_text()


def test_should_ask_a_fixed_number_of_questions_for_a_list(editor_client: Client) -> None:
    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            editor_client.get(BASE)
        return len(asked)

    make()
    first = questions()
    for _number in range(10):
        make()
    assert questions() == first


def test_should_show_an_offer_beside_what_looks_like_it(editor_client: Client, offer: Offer) -> None:
    OrganisationFactory(
        name="(株)つむぎ製作所", reading="", confirm_by=ConfirmBy.MAIL, confirm_mail="a@tsumugi.example.jp"
    )
    page = soup(editor_client.get(f"{BASE}{offer.pk}/"))
    assert SECRET_MAIL in page.get_text()
    row = page.find("th", string="機関・団体").parent
    assert [cell.get_text() for cell in row.select("strong")] == ["(株)つむぎ製作所", "tsumugi.example.jp"]
    assert row.a["href"].startswith("/admin/snippets/directory/organisation/edit/")
    choices = [
        label.get_text().strip()
        for label in page.select("input[name=organisation]") and page.select("#id_organisation label")
    ]
    assert choices == ["(株)つむぎ製作所（登録簿にある団体）", "株式会社つむぎ製作所を、新しく登録する"]


def test_should_make_the_draft_of_an_entry_and_lead_to_it(editor_client: Client, offer: Offer) -> None:
    form = {"do": "accept", "kind": "work", "organisation": "new", "words": ""}
    page = soup(editor_client.post(f"{BASE}{offer.pk}/", {**form, "type": ""}))
    assert "機関の種類を選んでください" in page.get_text()
    assert not mail.outbox
    kind = InstitutionType.objects.get(code="ibasho")
    response = editor_client.post(f"{BASE}{offer.pk}/", {**form, "type": kind.pk})
    entry = EmploymentPathway.objects.get(organisation__name="株式会社つむぎ製作所")
    assert response["Location"] == f"/admin/snippets/directory/employmentpathway/edit/{entry.pk}/"
    edit = soup(editor_client.get(response["Location"]))
    assert edit.select_one("#id_summary").get_text().strip() == "箱を折る仕事があります。 座ってできます。"
    assert "下書きを作り、相手に知らせました" in edit.get_text()
    shown = soup(editor_client.get(f"{BASE}{offer.pk}/"))
    for gone in (SECRET_NAME, SECRET_MAIL):
        assert gone not in shown.get_text()
    assert shown.find("a", string="作った案内を開く")["href"] == response["Location"]
    assert not shown.select("form[method=post] button[name=do]")
    assert "もう答えて" in said(editor_client, editor_client.post(f"{BASE}{offer.pk}/", {**form, "type": kind.pk}))
    assert EmploymentPathway.objects.filter(organisation__name="株式会社つむぎ製作所").count() == 1
    assert len(mail.outbox) == 1


def test_should_take_an_organisation_of_the_register_only_if_it_looks_like_the_offer(
    editor_client: Client, offer: Offer
) -> None:
    known, other = OrganisationFactory(name="つむぎ製作所"), OrganisationFactory(name="よその会", reading="よそのかい")
    form = {"do": "accept", "kind": "work", "words": "", "type": ""}
    assert editor_client.post(f"{BASE}{offer.pk}/", {**form, "organisation": other.pk}).status_code == 200
    assert Offer.objects.get().state == OfferState.WAITING
    assert editor_client.post(f"{BASE}{offer.pk}/", {**form, "organisation": known.pk}).status_code == 302
    assert EmploymentPathway.objects.get(organisation=known)


def test_should_ask_back_and_show_the_answer(editor_client: Client, offer: Offer) -> None:
    address = f"{BASE}{offer.pk}/"
    assert "聞きたいことを書いて" in soup(editor_client.post(address, {"do": "ask", "question": " "})).get_text()
    answer = editor_client.post(address, {"do": "ask", "question": "車いすで入れますか。"})
    assert "メールでたずねました" in said(editor_client, answer)
    Offer.objects.update(state=OfferState.WAITING, answer="スロープがあります。")
    assert "質問に答えが来ています" in soup(editor_client.get(BASE)).get_text()
    assert "スロープがあります。" in soup(editor_client.get(address)).get_text()


def test_should_decline_only_with_a_reason(editor_client: Client, offer: Offer) -> None:
    address = f"{BASE}{offer.pk}/"
    for reason in ("", " \n ", "あ" * 1001, "だめ\u202e"):
        assert editor_client.post(address, {"do": "decline", "reason": reason}).status_code == 200
    assert "お返事を送り" in said(
        editor_client, editor_client.post(address, {"do": "decline", "reason": "遠いためです。"})
    )
    page = soup(editor_client.get(address)).get_text()
    assert "遠いためです。" in page
    assert SECRET_MAIL not in page


def test_should_keep_out_who_may_not(offer: Offer) -> None:
    set_up_roles()
    assert Group.objects.get(name="編集者").permissions.filter(codename="change_offer").exists()
    user = get_user_model().objects.create_user("looks-only")
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client = Client()
    client.force_login(user)
    for address in (BASE, f"{BASE}{offer.pk}/"):
        assert client.get(address)["Location"] == "/admin/"
    user.user_permissions.add(Permission.objects.get(codename="view_offer"))
    page = soup(client.get(f"{BASE}{offer.pk}/"))
    assert not page.select("button[name=do]")
    assert client.post(f"{BASE}{offer.pk}/", {"do": "decline", "reason": "x"})["Location"] == "/admin/"
    assert Offer.objects.get().state == OfferState.WAITING
    user.user_permissions.add(Permission.objects.get(codename="change_offer"))
    page = soup(client.get(f"{BASE}{offer.pk}/"))
    assert [button["value"] for button in page.select("button[name=do]")] == ["ask", "decline"], (
        "who makes no entries accepts none"
    )
    before = Organisation.objects.count()
    form = {"do": "accept", "kind": "work", "organisation": "new", "type": InstitutionType.objects.first().pk}
    assert client.post(f"{BASE}{offer.pk}/", form).status_code == 200
    assert Organisation.objects.count() == before
