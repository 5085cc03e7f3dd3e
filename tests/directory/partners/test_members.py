"""Invitations and the people of a partner."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth import get_user_model
from django.core import mail
from django.test import Client
from django.utils import timezone
from django_otp import user_has_device

from directory.partners.choices import Act, Rank
from directory.partners.models import ContactChange, Invitation, Member, Partner, TrailLine
from guard.models import Tally
from tests.directory.partners.conftest import enter
from tests.factories import MemberFactory

pytestmark = pytest.mark.django_db
MEMBERS = "/partners/members/"
NEW = {"name": "新しい人", "password": "a-quite-long-one-9", "again": "a-quite-long-one-9"}


def invite(client: Client, address: str = "new@example.jp", rank: str = "member", page: str = MEMBERS) -> str:
    """Invite somebody; returns the path of the mailed link."""
    assert client.post(page, {"mail": address, "rank": rank})["Location"] == page
    return urlsplit(re.search(r"https?://\S+", mail.outbox[-1].body)[0]).path


def refused(client: Client, link: str) -> str:
    """What somebody reads who opens a link that does not work."""
    response = client.get(link, follow=True)
    assert response.status_code == 403
    assert client.post("/partners/join/", NEW).status_code == 403
    assert not get_user_model().objects.filter(username="new@example.jp").exists()
    return BeautifulSoup(response.content, "lxml").select_one(".lead").get_text()


def test_should_make_an_account_from_a_mailed_link(lead_client: Client, lead: Member, client: Client) -> None:
    link = invite(lead_client, " New@Example.jp ")
    assert mail.outbox[0].to == ["new@example.jp"]
    page = client.get(link, follow=True)
    assert page.request["PATH_INFO"] == "/partners/join/", "the secret leaves the address at once"
    answer = client.post("/partners/join/", NEW)
    assert answer["Location"] == "/partners/second-factor/"
    member = Member.objects.get(user__username="new@example.jp")
    assert (member.partner, member.name, member.rank) == (lead.partner, "新しい人", Rank.MEMBER)
    assert member.confirmed_until == timezone.localdate() + timedelta(days=365)
    assert not member.user.is_staff
    assert not member.user.has_perm("wagtailadmin.access_admin")
    assert client.get("/partners/").status_code == 302, "the second factor comes first"
    assert TrailLine.objects.filter(act=Act.JOINED, user="new@example.jp").exists()
    assert "もう使われています" in BeautifulSoup(Client().get(link, follow=True).content, "lxml").get_text()


def test_should_keep_only_a_hash_of_the_link(lead_client: Client) -> None:
    secret = invite(lead_client).split("/")[-2]
    invitation = Invitation.objects.get()
    assert secret not in str(vars(invitation))
    assert invitation.secret_hash == Invitation.hash_of(secret)


def test_should_refuse_links_that_are_over(lead_client: Client, client: Client, hellowork: Partner) -> None:
    link = invite(lead_client)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert "期限がすぎて" in refused(client, link)
    second = invite(lead_client)
    third = invite(lead_client)
    assert "取り消され" in refused(client, second), "a new invitation takes the place of the old one"
    lead_client.post(f"/partners/invitations/{Invitation.objects.latest('pk').pk}/revoke/")
    assert "取り消され" in refused(client, third)
    # An hour later: so many to one address are too many at once.
    Tally.objects.all().delete()
    fourth = invite(lead_client)
    Partner.objects.filter(pk=hellowork.pk).update(is_active=False)
    assert "終わって" in refused(client, fourth)
    for wrong in ("unknown", "x" * 3_000, "%00", "%F0%9F%98%80", "..%2F.."):
        response = client.get(f"/partners/join/{wrong}/", follow=True)
        assert response.status_code in {400, 403, 404}, wrong


def test_should_refuse_the_link_of_another_to_whoever_is_logged_in(lead_client: Client, silver_client: Client) -> None:
    assert "ほかのアカウントで" in refused(silver_client, invite(lead_client))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"again": "something-else-8"}, "二つのパスワードが違います"),
        ({"password": "12345678", "again": "12345678"}, "パスワード"),
        ({"name": "\u202eあ"}, "目に見えない文字"),
        ({"name": "あ" * 61}, "60"),
        ({"name": ""}, "必須"),
    ],
)
def test_should_say_what_is_wrong_with_a_new_account(
    lead_client: Client, client: Client, change: dict, words: str
) -> None:
    client.get(invite(lead_client))
    page = BeautifulSoup(client.post("/partners/join/", {**NEW, **change}).content, "lxml")
    assert words in " ".join(tag.get_text() for tag in page.select(".wrong, .box-warning, .required"))
    assert not get_user_model().objects.filter(username="new@example.jp").exists()
    assert client.post("/partners/join/", NEW).status_code == 302, "nothing was lost"


def test_should_not_invite_who_has_an_account(lead_client: Client, member: Member) -> None:
    for address in (member.user.email.upper(), "no address", ""):
        response = lead_client.post(MEMBERS, {"mail": address, "rank": "member"})
        assert response.status_code == 200
        assert BeautifulSoup(response.content, "lxml").select_one(".wrong")
    assert not Invitation.objects.exists()
    assert not mail.outbox


def test_should_say_when_the_mail_cannot_be_sent(lead_client: Client, settings: object) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    page = lead_client.post(MEMBERS, {"mail": "new@example.jp", "rank": "member"}, follow=True)
    assert "メールを送れませんでした" in page.content.decode()


def test_should_tell_a_new_member_nothing_of_old_changes(lead_client: Client, client: Client) -> None:
    client.get(invite(lead_client))
    client.post("/partners/join/", NEW)
    newest = ContactChange.objects.order_by("-pk").first()
    assert Member.objects.get(user__username="new@example.jp").digest_change == newest.pk


@pytest.mark.parametrize(
    ("what", "seen"),
    [
        ("confirm", lambda member: member.confirmed_until == timezone.localdate() + timedelta(days=365)),
        ("stop", lambda member: not member.is_active),
        ("lead", lambda member: member.is_lead),
        ("factor", lambda member: not user_has_device(member.user)),
    ],
)
def test_should_let_the_lead_look_after_members(lead_client: Client, member: Member, what: str, seen: object) -> None:
    inside = enter(member)
    Member.objects.filter(pk=member.pk).update(confirmed_until=timezone.localdate() + timedelta(days=3))
    assert lead_client.post(f"{MEMBERS}{member.pk}/", {"what": what})["Location"] == MEMBERS
    assert seen(Member.objects.get(pk=member.pk))
    line = TrailLine.objects.filter(detail__what=what).get()
    assert line.detail["member"] == member.user.username
    assert (inside.get("/partners/").status_code == 200) == (what in {"confirm", "lead"})


def test_should_remove_an_account_whole(lead_client: Client, member: Member) -> None:
    lead_client.post(f"{MEMBERS}{member.pk}/", {"what": "remove"})
    assert not get_user_model().objects.filter(pk=member.user_id).exists()
    assert not Member.objects.filter(pk=member.pk).exists()


def test_should_not_leave_a_partner_without_a_lead(lead_client: Client, lead: Member, member: Member) -> None:
    for what in ("stop", "member", "remove", "nonsense"):
        page = lead_client.post(f"{MEMBERS}{lead.pk}/", {"what": what}, follow=True)
        assert BeautifulSoup(page.content, "lxml").select_one(".message-error"), what
    assert Member.objects.get(pk=lead.pk).is_lead


def test_should_keep_leads_to_their_own_people(lead_client: Client, silver: Partner) -> None:
    foreign = MemberFactory(partner=silver)
    assert lead_client.post(f"{MEMBERS}{foreign.pk}/", {"what": "stop"}).status_code == 404
    assert Member.objects.get(pk=foreign.pk).is_active
    denied = TrailLine.objects.filter(act=Act.DENIED).first()
    assert denied.target == f"{MEMBERS}{foreign.pk}/"


def test_should_let_the_city_invite_the_first_lead(editor: Client, silver: Partner, client: Client) -> None:
    page = f"/partners/office/partners/{silver.pk}/"
    client.get(invite(editor, rank="lead", page=page))
    client.post("/partners/join/", NEW)
    member = Member.objects.get(user__username="new@example.jp")
    assert member.is_lead
    editor.post(f"{MEMBERS}{member.pk}/", {"what": "stop"})
    assert not Member.objects.get(pk=member.pk).is_active


def test_should_show_the_city_whose_time_is_running_out(editor: Client, member: Member) -> None:
    assert "期限が近い" not in editor.get("/partners/office/").content.decode()
    Member.objects.filter(pk=member.pk).update(confirmed_until=timezone.localdate() + timedelta(days=9))
    assert "期限が近い・すぎた人 1" in editor.get("/partners/office/", {"q": "試験ハロー"}).content.decode()


def test_should_refuse_invisible_signs_in_the_name_of_an_institution(approver: Client) -> None:
    page = approver.post(
        "/admin/snippets/directory/organisation/add/",
        {"name": "あ\u202eい", "type": "1", "roles-TOTAL_FORMS": "0", "roles-INITIAL_FORMS": "0"},
    )
    assert page.status_code == 200
    assert "目に見えない文字" in page.content.decode()
