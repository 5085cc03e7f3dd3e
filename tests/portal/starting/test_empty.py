"""`start_municipality`: a whole site out of one file, once; the same again changes nothing."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.core.management import CommandError, call_command
from django.db.models import F, Value
from django.db.models.functions import Concat
from wagtail.images import get_image_model
from wagtail.models import Page, Revision, Site

from directory.models import Area, ConsultationDesk, Field, NationalLine, PublicRecord, Resource, Town
from directory.partners.models import ContactPoint
from portal.demo import city
from portal.models import PortalSettings
from portal.starting.missing import missing
from tests.portal.starting.conftest import Run, Terminal

pytestmark = pytest.mark.django_db


def test_should_take_flags_over_the_file(empty: None, start: Run, files: Path) -> None:
    start(str(files / "start.yaml"), "--name", "あおば町", "--reading", "あおばまち", "--desk-phone", "0000-11-2222")
    assert Area.objects.get(code="019992").name == "あおば町"
    assert ConsultationDesk.objects.get().channels.get(kind="phone").value == "0000-11-2222"


def test_should_do_with_flags_alone(empty: None, start: Run) -> None:
    printed = start("--name", "あおば町", "--reading", "あおばまち", "--prefecture", "北海道", "--code", "01999")
    assert "最後の検査数字をおぎなって、019992" in printed
    assert "「分野を問わない窓口」が決まっていません：あおば町" in printed
    assert Area.objects.get().code == "019992"


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


def test_should_be_gone_with_all_that_the_demo_made(empty: None) -> None:
    assert not Resource.objects.exists()
    assert not Town.objects.exists()
    assert not Area.objects.exists()
    assert not Page.objects.filter(depth__gt=2).exists()
    assert not get_image_model().objects.filter(tags__name="demo").exists()
    assert not get_user_model().objects.filter(username__in=city.LOGINS).exists()
    assert not Revision.objects.filter(content_type__app_label="directory").exists()
    assert NationalLine.objects.count() == 34, "facts stay"


def test_should_not_let_a_demo_loaded_later_take_the_site(
    without_demo: set[str], empty: None, start: Run, files: Path
) -> None:
    start(str(files / "start.yaml"))
    with pytest.raises(CommandError, match="何も読み込みませんでした"):
        call_command("demo_data", stdout=StringIO())
    Area.objects.filter(slug__in=("tobu", "seibu")).update(slug=Concat(F("slug"), Value("-own")))
    own = set(PublicRecord.objects.values_list("short_id", flat=True))
    home = Site.objects.get(is_default_site=True).root_page_id
    call_command("demo_data", stdout=StringIO())
    site = Site.objects.get(is_default_site=True)
    assert site.root_page_id == home
    assert PortalSettings.for_site(site).municipality.name == "みどり町"
    assert PortalSettings.for_site(site).opened_at is None
    assert set(PublicRecord.objects.values_list("short_id", flat=True)) - own == without_demo, "the same each time"
    call_command("demo_data", "--remove", stdout=StringIO())
    assert Site.objects.get(is_default_site=True).root_page_id == home
    assert not city.is_there()


def test_should_say_how_to_begin_where_nothing_is_set_up(empty: None) -> None:
    assert [item.text for item in missing()] == [
        "サイトの土台がありません。サーバーで manage.py start_municipality を動かしてください。"
    ]
