"""A partner keeps its own contact points right; the city decides side by side; the proposer is told."""

from __future__ import annotations

from datetime import date

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.utils import timezone

from directory.partners.choices import Act, ConfirmedBy, ProposalState
from directory.partners.models import ContactChange, ContactPoint, Member, Partner, Proposal, TrailLine
from tests.factories import ContactPointFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def own(hellowork: Partner) -> ContactPoint:
    """The partner's own contact point."""
    return ContactPointFactory(
        organisation=hellowork.organisation, unit="専門援助", hours="平日 9時〜17時", confirmed_on=date(2025, 4, 1)
    )


def form_of(client: Client, contact: ContactPoint) -> dict[str, str]:
    """The form as the browser would send it back unchanged."""
    page = BeautifulSoup(client.get(f"/partners/own/{contact.uuid}/").content, "lxml")
    values = {tag["name"]: tag.get("value", "") for tag in page.select("main input[name]")}
    values |= {tag["name"]: tag.get_text().removeprefix("\n") for tag in page.select("main textarea")}
    values |= {tag["name"]: tag.select_one("option[selected]")["value"] for tag in page.select("main select")}
    return values


def propose(client: Client, contact: ContactPoint, **changes: str) -> object:
    """Send the form with changes."""
    return client.post(f"/partners/own/{contact.uuid}/", {**form_of(client, contact), **changes})


def test_should_confirm_in_one_click(member_client: Client, own: ContactPoint, member: Member) -> None:
    page = BeautifulSoup(member_client.get("/partners/own/").content, "lxml")
    form = page.select_one("form[action$='still-right/']")
    assert member_client.post(form["action"])["Location"] == "/partners/own/"
    own.refresh_from_db()
    assert own.confirmed_on == timezone.localdate()
    assert own.confirmed_by == ConfirmedBy.SELF
    assert own.live
    assert not own.has_unpublished_changes
    assert TrailLine.objects.filter(act=Act.CONFIRMED, user=member.user.username, target=str(own)).exists()
    assert not ContactChange.objects.filter(contact=own).exists(), "a confirmation is nobody's news"


def test_should_leave_a_draft_of_the_city_a_draft(member_client: Client, own: ContactPoint) -> None:
    own.night_line = "0000-11-0000"
    own.save_revision()
    member_client.post(f"/partners/own/{own.uuid}/still-right/")
    own = ContactPoint.objects.get(pk=own.pk)
    assert own.confirmed_on == timezone.localdate()
    assert own.night_line == ""
    assert own.has_unpublished_changes
    draft = own.get_latest_revision_as_object()
    assert draft.night_line == "0000-11-0000"
    assert draft.confirmed_on == timezone.localdate()


def test_should_take_over_what_the_city_accepts_and_tell_the_partner(
    member_client: Client, own: ContactPoint, approver: Client, hellowork: Partner
) -> None:
    assert (
        propose(
            member_client, own, hours="平日 8時30分〜18時", fax="0000-11-2222", comment="係が変わりました"
        ).status_code
        == 302
    )
    proposal = Proposal.objects.get()
    assert set(proposal.changes) == {"hours", "fax"}
    own.refresh_from_db()
    assert own.hours == "平日 9時〜17時", "nothing changes before somebody of the city has looked"
    assert "市が確かめています" in member_client.get("/partners/own/").content.decode()
    assert "1件が答えを待っています" in approver.get("/admin/").content.decode()
    office = BeautifulSoup(approver.get("/partners/office/").content, "lxml")
    link = office.select_one(f"a[href='/partners/office/proposals/{proposal.pk}/']")["href"]
    page = BeautifulSoup(approver.get(link).content, "lxml")
    rows = {row.select_one("th").get_text(strip=True): row for row in page.select("tbody tr")}
    assert rows["受付時間"].select_one("del").get_text() == "平日 9時〜17時"
    assert rows["受付時間"].select_one("ins").get_text() == "平日 8時30分〜18時"
    assert "係が変わりました" in page.get_text()
    answer = {"accept": ["hours"], "answer": "FAXは来月からですね。来月に反映します。"}
    assert approver.post(link, answer)["Location"] == "/partners/office/"
    own.refresh_from_db()
    assert (own.hours, own.fax) == ("平日 8時30分〜18時", "")
    assert own.confirmed_on == timezone.localdate()
    told = member_client.get("/partners/").content.decode() + member_client.get("/partners/own/").content.decode()
    assert told.count("来月に反映します") == 2
    assert ContactChange.objects.get(contact=own).fields == ["hours"]
    assert "答えを待っています" not in approver.get("/admin/").content.decode()
    approver.post(link, {"accept": ["fax"]})
    own.refresh_from_db()
    assert own.fax == "", "a proposal is decided once"


def test_should_show_what_changed_after_the_partner_looked(
    member_client: Client, own: ContactPoint, approver: Client
) -> None:
    propose(member_client, own, hours="平日 8時〜18時")
    own.hours = "平日 10時〜15時"
    own.save_revision().publish()
    page = approver.get(f"/partners/office/proposals/{Proposal.objects.get().pk}/").content.decode()
    assert "届け出のあとに変わっています" in page
    assert "平日 10時〜15時" in page


def test_should_need_a_reason_for_accepting_nothing(member_client: Client, own: ContactPoint, approver: Client) -> None:
    propose(member_client, own, hours="平日 8時〜18時")
    link = f"/partners/office/proposals/{Proposal.objects.get().pk}/"
    page = BeautifulSoup(approver.post(link, {"answer": " "}).content, "lxml")
    assert "お返事を書いて" in page.select_one("[role=alert]").get_text()
    approver.post(link, {"answer": "今のままでお願いします。"})
    assert Proposal.objects.get().state == ProposalState.ANSWERED
    assert "今のままで" in member_client.get("/partners/own/").content.decode()


def test_should_let_only_approvers_decide(member_client: Client, own: ContactPoint, editor: Client) -> None:
    propose(member_client, own, hours="平日 8時〜18時")
    link = f"/partners/office/proposals/{Proposal.objects.get().pk}/"
    assert "反映できるのは承認者です" in editor.get(link).content.decode()
    assert editor.post(link, {"accept": ["hours"]}).status_code == 404
    assert Proposal.objects.get().state == ProposalState.WAITING


def test_should_replace_a_proposal_that_still_waits(member_client: Client, own: ContactPoint) -> None:
    propose(member_client, own, hours="一")
    assert "入れかわります" in member_client.get(f"/partners/own/{own.uuid}/").content.decode()
    propose(member_client, own, hours="二")
    assert Proposal.objects.get().changes == {"hours": "二"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, "今の内容と同じ"),
        ({"hours": "\u202e9時"}, "目に見えない文字"),
        ({"unit": "あ" * 121}, "120"),
        ({"direct_line": "電話なし"}, "数字がありません"),
        ({"direct_line": ""}, "どれか1つ"),
        ({"mail": "no mail"}, "メールアドレスの形で"),
        ({"preferred_way": "pigeon"}, "並んでいるものから"),
        ({"comment": "あ" * 601}, "600"),
    ],
)
def test_should_say_what_is_wrong_and_lose_nothing(
    member_client: Client, own: ContactPoint, change: dict, words: str
) -> None:
    response = propose(member_client, own, **change)
    assert response.status_code == 200
    page = BeautifulSoup(response.content, "lxml")
    assert words in " ".join(tag.get_text() for tag in page.select("[role=alert]"))
    if "hours" in change:
        assert page.select_one("[name=hours]")["value"] == change["hours"]
    assert not Proposal.objects.exists()


def test_should_not_take_what_a_partner_may_not_propose(member_client: Client, own: ContactPoint) -> None:
    propose(member_client, own, hours="毎日", person="だれか", is_coordinator="on", valid_to="2020-01-01")
    assert set(Proposal.objects.get().changes) == {"hours"}


def test_should_keep_hands_off_the_contacts_of_others(member_client: Client, member: Member) -> None:
    other = ContactPointFactory(roles=["5"])
    for response in (
        member_client.get(f"/partners/own/{other.uuid}/"),
        member_client.post(f"/partners/own/{other.uuid}/", {"hours": "x"}),
        member_client.post(f"/partners/own/{other.uuid}/still-right/"),
    ):
        assert response.status_code == 404
    assert TrailLine.objects.filter(act=Act.DENIED, user=member.user.username).count() == 3


def test_should_not_be_stopped_by_a_record_that_is_no_longer_valid(member_client: Client, own: ContactPoint) -> None:
    """Rules may have become stricter since: a clear answer, no error."""
    ContactPoint.objects.filter(pk=own.pk).update(direct_line="", fax="", mail="")
    page = member_client.post(f"/partners/own/{own.uuid}/still-right/", follow=True).content.decode()
    assert "どれか1つ" in page


NEW = {
    "unit": "生涯現役の窓口",
    "direct_line": "0000-55-0101",
    "hours": "平日 10時〜16時",
    "preferred_way": "phone",
    "when_to_call": "60歳からの仕事の相談に。",
}


def test_should_take_in_a_new_contact_point_of_a_partner(
    member_client: Client, editor: Client, approver: Client, hellowork: Partner
) -> None:
    page = BeautifulSoup(member_client.get("/partners/own/").content, "lxml")
    assert "まだ登録がありません" in page.get_text()
    assert page.select_one("a[href='/partners/own/new/']")
    assert member_client.post("/partners/own/new/", NEW)["Location"] == "/partners/own/"
    proposal = Proposal.objects.get(partner=hellowork)
    assert proposal.contact is None
    assert "新しい連絡先" in member_client.get("/partners/own/").content.decode()
    assert not ContactPoint.objects.filter(organisation=hellowork.organisation).exists(), "the city has not looked yet"
    address = f"/partners/office/proposals/{proposal.pk}/"
    assert address in editor.get("/partners/office/").content.decode()
    assert editor.post(address, {"accept": list(proposal.changes)}).status_code == 404, "approvers decide"
    shown = BeautifulSoup(approver.get(address).content, "lxml").get_text()
    assert "0000-55-0101" in shown
    refused = approver.post(address, {"accept": ["unit"]})
    assert "どれか1つは書いてください" in refused.content.decode()
    assert not ContactPoint.objects.filter(organisation=hellowork.organisation).exists(), "nothing half done"
    approver.post(address, {"accept": list(proposal.changes)})
    made = ContactPoint.objects.get(organisation=hellowork.organisation)
    assert made.live
    assert (made.unit, made.direct_line) == (NEW["unit"], NEW["direct_line"])
    assert made.confirmed_on == timezone.localdate()
    assert [area.slug for area in made.areas.all()] == ["yorozu"]
    assert made.revisions.count() == 1
    own = member_client.get("/partners/own/").content.decode()
    assert "反映しました" in own
    assert "0000-55-0101" in own
    assert approver.get(address).status_code == 200
    again = approver.post(address, {"accept": list(proposal.changes)})
    assert "もう答えてあります" in again.content.decode()
    assert ContactPoint.objects.filter(organisation=hellowork.organisation).count() == 1


def test_should_say_what_a_new_contact_point_lacks(member_client: Client, hellowork: Partner) -> None:
    for values, words in (
        ({**NEW, "direct_line": ""}, "どれか1つは書いてください"),
        ({**NEW, "direct_line": "でんわ"}, "数字がありません"),
        ({**NEW, "unit": "係" * 200}, "120"),
        ({**NEW, "unit": "係\u202e"}, "目に見えない"),
    ):
        answer = member_client.post("/partners/own/new/", values)
        assert answer.status_code == 200
        page = BeautifulSoup(answer.content, "lxml")
        told = " ".join(tag.get_text() for tag in page.select("main [role=alert]"))
        assert words in told, told
        assert page.select_one("[name=hours]")["value"] == NEW["hours"], "nothing that was typed is lost"
    assert not Proposal.objects.exists()


def test_should_not_fill_the_city_with_new_contact_points(member_client: Client, hellowork: Partner) -> None:
    for number in range(7):
        answer = member_client.post("/partners/own/new/", {**NEW, "unit": f"係{number}"})
    assert "もういくつも待っています" in answer.content.decode()
    assert Proposal.objects.filter(partner=hellowork).count() == 5


def test_should_tell_the_partner_why_a_new_contact_point_was_not_taken(
    member_client: Client, approver: Client, hellowork: Partner
) -> None:
    member_client.post("/partners/own/new/", NEW)
    proposal = Proposal.objects.get(partner=hellowork)
    approver.post(f"/partners/office/proposals/{proposal.pk}/", {"answer": "代表の番号をお知らせください。"})
    for address in ("/partners/", "/partners/own/"):
        assert "代表の番号をお知らせください。" in member_client.get(address).content.decode()
    assert not ContactPoint.objects.filter(organisation=hellowork.organisation).exists()
