"""`start_municipality`: a whole site out of one file, once; the same again changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth import authenticate, get_user_model
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.test import Client
from wagtail.models import Page, Site, Workflow

from directory.admin.roles import APPROVERS, EDITORS, WORKFLOW
from directory.models import Area, AreaLayer, ConsultationDesk, Field, Organisation, PublicRecord, Resource, Town
from directory.partners.models import ContactPoint
from portal.demo import city
from portal.models import HomePage, PortalSettings, StandardPage
from portal.starting.opening import switch
from tests.portal.starting.conftest import Run, Terminal

pytestmark = pytest.mark.django_db


def counts() -> dict[str, int]:
    """How much there is of everything."""
    tables = (Area, AreaLayer, Town, Field, Organisation, Resource, ContactPoint, Page, Group, Workflow, Site)
    return {table.__name__: table._default_manager.count() for table in tables} | {
        "users": get_user_model().objects.count()
    }


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


def test_should_write_nothing_when_a_row_is_wrong(beside: Run, files: Path) -> None:
    before = counts()
    with (files / "towns.csv").open("a") as file:
        file.write("新町,しんまち,12,東部圏域,みどり小学校区,\n,,,,,\n,だれ,,,,\n")
    with pytest.raises(CommandError) as error:
        beside()
    assert "何も書きこみませんでした" in str(error.value)
    assert "towns.csv: 8行目「郵便番号」「12」" in str(error.value)
    assert "towns.csv: 10行目「町字」" in str(error.value)
    assert counts() == before


def test_should_write_nothing_when_the_database_refuses_late(beside: Run, files: Path) -> None:
    before = counts()
    yaml = (
        (files / "start.yaml").read_text().replace("soudan@example.jp ", "soudan@example.jp\n  form: ftp://example.jp ")
    )
    (files / "start.yaml").write_text(yaml)
    with pytest.raises(CommandError, match="分野を問わない窓口"):
        beside()
    assert counts() == before


def test_should_only_look_with_dry_run(beside: Run, files: Path) -> None:
    before = counts()
    printed = beside(str(files / "start.yaml"), "--dry-run")
    assert "まだ書きこんでいません" in printed
    assert "町字：6件" in printed
    assert "パスワード" not in printed
    assert counts() == before


def test_should_take_flags_over_the_file(empty: None, start: Run, files: Path) -> None:
    start(str(files / "start.yaml"), "--name", "あおば町", "--reading", "あおばまち", "--desk-phone", "0000-11-2222")
    assert Area.objects.get(code="019992").name == "あおば町"
    assert ConsultationDesk.objects.get().channels.get(kind="phone").value == "0000-11-2222"


def test_should_do_with_flags_alone(empty: None, start: Run) -> None:
    printed = start("--name", "あおば町", "--reading", "あおばまち", "--prefecture", "北海道", "--code", "01999")
    assert "最後の検査数字をおぎなって、019992" in printed
    assert "「分野を問わない窓口」が決まっていません：あおば町" in printed
    assert Area.objects.get().code == "019992"


def test_should_name_what_is_missing_when_it_may_not_ask(beside: Run) -> None:
    with pytest.raises(CommandError, match="municipality > code：空です"):
        beside("--name", "あおば町")


def test_should_ask_in_the_terminal(empty: None, start: Run, files: Path) -> None:
    answers = [
        "", "みどり町", "みどりまち", "北海道", "1999", str(files / "towns.csv"), "",
        "まるごと窓口", "0000-00-0000", "soudan@example.jp", "", "月-金 8:30-17:15", "", "kanri", "",
        "12345", "himitsu-no-kotoba-7", "chigau", "himitsu-no-kotoba-7", "himitsu-no-kotoba-7",
    ]  # fmt: skip
    printed = start("--site-name", "みどりナビ", asks=True, stdin=Terminal("\n".join(answers) + "\n"))
    assert "空にはできません" in printed
    assert "ふたつがちがいます" in printed
    assert "このパスワードは" in printed, "the validators speak"
    assert "himitsu" not in printed
    assert authenticate(None, username="kanri", password="himitsu-no-kotoba-7") is not None
    assert ConsultationDesk.objects.get().name == "まるごと窓口"
    assert not ContactPoint.objects.filter(is_coordinator=True).exists()
    assert Town.objects.count() == 6


def test_should_write_nothing_when_the_answers_end(beside: Run) -> None:
    before = counts()
    with pytest.raises(CommandError, match="途中で終わりました"):
        beside("--site-name", "x", asks=True, stdin=Terminal("みどり町\n"))
    assert counts() == before


def test_should_take_no_password_that_the_site_would_refuse(beside: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YOROZU_ADMIN_PASSWORD", "12345678")
    before = counts()
    with pytest.raises(CommandError, match="パスワード"):
        beside()
    assert counts() == before


def test_should_set_the_citys_own_fields_in_its_order(empty: None, start: Run, files: Path) -> None:
    with (files / "start.yaml").open("a") as file:
        file.write("\nfields: [障害, children, {name: 農業, code: farming, reading: のうぎょう}]\n")
    start()
    assert list(Field.objects.filter(retired=False).values_list("name", flat=True)) == [
        "障害",
        "子ども・子育て",
        "農業",
    ]
    assert Field.objects.get(code="work").retired


def test_should_name_the_fields_that_there_are(beside: Run, files: Path) -> None:
    with (files / "start.yaml").open("a") as file:
        file.write("\nfields: [漁業]\n")
    with pytest.raises(CommandError, match=r"fields「漁業」.*子ども・子育て"):
        beside()


def test_should_write_the_example_and_overwrite_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    call_command("start_municipality", "--example", str(folder), stdout=StringIO())
    assert {file.name for file in folder.iterdir()} == {"start.yaml", "towns.csv", "areas.csv"}
    with pytest.raises(CommandError, match="同じ名前のファイル"):
        call_command("start_municipality", "--example", str(folder), stdout=StringIO())


def test_should_leave_the_demo_alone_until_told(own_index: Path, start: Run) -> None:
    before = counts()
    with pytest.raises(CommandError, match="--remove-demo"):
        start()
    assert counts() == before


def test_should_stand_beside_the_demo(beside: Run, page: Callable[..., BeautifulSoup], admin_client: Client) -> None:
    beside()
    assert Resource.objects.filter(origin="demo").exists()
    soup = BeautifulSoup(admin_client.get("/").content, "html.parser")
    assert "みどり町" in soup.title.string
    assert "架空のまち" not in soup.get_text()
    assert "よろず市" not in soup.get_text()
    assert page("/", status=503).find("h1")


def test_should_not_let_a_demo_loaded_later_take_the_site(empty: None, start: Run, files: Path) -> None:
    start(str(files / "start.yaml"))
    with pytest.raises(CommandError, match="何も読み込みませんでした"):
        call_command("demo_data", stdout=StringIO())
    Area.objects.filter(slug__in=("tobu", "seibu")).update(slug=Concat(F("slug"), Value("-own")))
    home = Site.objects.get(is_default_site=True).root_page_id
    call_command("demo_data", stdout=StringIO())
    site = Site.objects.get(is_default_site=True)
    assert site.root_page_id == home
    assert PortalSettings.for_site(site).municipality.name == "みどり町"
    assert PortalSettings.for_site(site).opened_at is None
    call_command("demo_data", "--remove", stdout=StringIO())
    assert Site.objects.get(is_default_site=True).root_page_id == home
    assert not city.is_there()


def test_should_take_the_demo_away_and_begin(
    own_index: Path, start: Run, files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(city, "STAMP", tmp_path / "demo.json")
    start(str(files / "start.yaml"), "--remove-demo")
    assert not city.is_there()
    assert Area.objects.get(code="019992").layer.name == "市町村"
    assert set(Resource.objects.values_list("origin", flat=True)) == {"start"}


def test_should_keep_the_demo_when_what_was_told_is_wrong(own_index: Path, start: Run, files: Path) -> None:
    before = counts()
    with pytest.raises(CommandError):
        start(str(files / "start.yaml"), "--remove-demo", "--code", "000000")
    assert counts() == before


def test_should_name_what_somebody_put_into_the_demo(own_index: Path, start: Run, files: Path) -> None:
    mine = Organisation.objects.filter(origin="demo").first()
    resource = Resource.objects.filter(organisation=mine).first() or Resource.objects.filter(origin="demo").first()
    Resource.objects.filter(pk=resource.pk).update(origin="", name="自分で登録した窓口")
    before = counts()
    with pytest.raises(CommandError, match="自分で登録した窓口"):
        start(str(files / "start.yaml"), "--remove-demo")
    assert counts() == before


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
