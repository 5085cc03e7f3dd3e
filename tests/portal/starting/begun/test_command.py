"""`start_municipality`: a whole site out of one file, once; the same again changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth import authenticate, get_user_model
from django.contrib.auth.models import Group
from django.test import Client
from wagtail.models import Site, Workflow

from directory.admin.roles import APPROVERS, EDITORS, WORKFLOW
from directory.models import Area, AreaLayer, ConsultationDesk, PublicRecord, Town
from directory.partners.models import ContactPoint
from portal.models import HomePage, PortalSettings, StandardPage
from portal.starting.opening import switch
from tests.portal.starting.conftest import Run, counts

pytestmark = pytest.mark.django_db


def password_in(printed: str) -> str:
    (line,) = (line for line in printed.splitlines() if "パスワード" in line)
    return line.rpartition("：")[2]


def test_should_set_up_areas_desk_contact_pages_and_roles(begun: str) -> None:
    town = Area.objects.get(code="019992")
    assert (town.name, town.slug, town.layer.is_municipality) == ("みどり町", "midorimachi", True)
    assert list(AreaLayer.objects.values_list("name", flat=True)) == ["市町村", "日常生活圏域", "小学校区"]
    school = Area.objects.get(name="みどり小学校区")
    assert (school.parent.slug, school.parent.parent, school.reading) == ("tobu", town, "みどりしょうがっこうく")
    assert Area.objects.get(name="川向小学校区").parent == town, "it lies in both"
    split = Town.objects.get(name="字大沢")
    assert {area.name for area in split.areas.all()} == {"西部圏域", "川向小学校区", "西小学校区"}
    assert [str(code) for code in Town.objects.get(name="緑ケ丘").postal_codes.all()] == ["000-1004", "000-1005"]
    desk = ConsultationDesk.objects.get(default_for=town)
    assert desk.live
    assert not desk.has_unpublished_changes
    assert {channel.kind for channel in desk.channels.all()} == {"phone", "mail", "visit"}
    assert [rule.weekdays for rule in desk.opening_rules.all()] == [[0, 1, 2, 3, 4]]
    contact = ContactPoint.objects.get(is_coordinator=True)
    assert contact.live
    assert (contact.unit, contact.direct_line, list(contact.areas.all())) == ("地域福祉係", "0000-00-0002", [town])
    assert Group.objects.filter(name__in=(EDITORS, APPROVERS)).count() == 2
    assert Workflow.objects.filter(name=WORKFLOW, active=True).exists()
    site = Site.objects.get(is_default_site=True)
    own = PortalSettings.for_site(site)
    assert isinstance(site.root_page.specific, HomePage)
    assert (own.municipality, own.notice, own.opened_at) == (town, "", None)
    texts = " ".join(str(page.body) + page.intro for page in StandardPage.objects.all())
    assert "みどり町" in texts
    assert "{name}" not in texts
    assert "よろず市" not in texts


def test_should_make_an_administrator_whose_password_is_told_once(begun: str, start: Run) -> None:
    password = password_in(begun)
    user = authenticate(None, username="kanri", password=password)
    assert user is not None
    assert user.is_superuser
    assert "パスワード" not in start()


def test_should_change_nothing_the_second_time(begun: str, start: Run) -> None:
    before = counts()
    short_id = ConsultationDesk.objects.get().short_id
    printed = start()
    assert "すべてそろっています。何も変えていません。" in printed
    assert counts() == before
    assert ConsultationDesk.objects.get().short_id == short_id


def test_should_complete_what_is_missing(begun: str, start: Run) -> None:
    before = counts()
    Town.objects.get(name="川向").delete()
    StandardPage.objects.get(slug="プライバシー").delete()
    Group.objects.get(name=EDITORS).delete()
    printed = start()
    assert "町字：1件" in printed
    assert "ページ：プライバシー" in printed
    assert counts() == before


def test_should_know_its_pages_again_by_whatever_name(begun: str, start: Run) -> None:
    page = StandardPage.objects.get(slug="プライバシー")
    page.title, page.slug = "個人情報の取りあつかい", "個人情報"
    page.save_revision().publish()
    before = counts()
    start()
    assert counts() == before


def test_should_say_what_would_change_and_leave_it(begun: str, start: Run, files: Path) -> None:
    yaml = (files / "start.yaml").read_text()
    yaml = yaml.replace("name: みどり町\n", "name: 緑町\n").replace("phone: 0000-00-0000", "phone: 0000-00-0009")
    (files / "start.yaml").write_text(yaml.replace("くらしの相談ナビ", "みどりナビ"))
    towns = (files / "towns.csv").read_text().replace("000-1001,東部圏域", "000-1009,西部圏域")
    (files / "towns.csv").write_text(towns)
    before = counts()
    printed = start()
    assert "名前は、いま「みどり町」です。「緑町」に変わることになります" in printed
    assert "電話は、いま「0000-00-0000」です。「0000-00-0009」" in printed
    assert "町字「本町」：郵便番号は、いま「0001001」です。「0001009」" in printed
    assert "属する圏域は、いま「みどり小学校区、東部圏域」です。「みどり小学校区、西部圏域」" in printed
    assert "名前は、いま「くらしの相談ナビ」です。「みどりナビ」" in printed
    assert counts() == before
    assert Area.objects.get(code="019992").name == "みどり町"


def test_should_be_searchable_and_end_with_the_desk_once_it_is_open(
    begun: str, page: Callable[..., BeautifulSoup], admin_client: Client
) -> None:
    switch(get_user_model().objects.get(username="kanri"), opens=True)
    soup = page("/search/", {"q": "どこに相談したらいいか分からない"})
    assert "みどり町 福祉まるごと相談窓口" in soup.select_one(".lead-desks").get_text()
    assert "みどり町 福祉まるごと相談窓口" in soup.select_one(".ending").get_text()
    nothing = page("/search/", {"q": "ぬるぽがぽ"})
    assert "みどり町 福祉まるごと相談窓口" in nothing.select_one(".ending").get_text()
    named = page("/search/", {"q": "まるごと相談窓口"})
    assert PublicRecord.objects.get().short_id in str(named)
    assert page("/").select_one(".notice") is None
