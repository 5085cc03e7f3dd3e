"""`start_municipality`: a whole site out of one file, once; the same again changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.core.management import CommandError, call_command
from django.test import Client

from directory.models import Area, InstitutionType, Organisation, Resource
from portal.demo import city
from tests.portal.starting.conftest import Run, Terminal, counts

pytestmark = pytest.mark.django_db


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


def test_should_name_what_is_missing_when_it_may_not_ask(beside: Run) -> None:
    with pytest.raises(CommandError, match="municipality > code：空です"):
        beside("--name", "あおば町")


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


def test_should_take_the_demo_away_and_begin(
    own_index: Path, start: Run, files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(city, "STAMP", tmp_path / "demo.json")
    mine = Organisation.objects.create(name="自分で登録した会", type=InstitutionType.objects.get(code="ibasho"))
    start(str(files / "start.yaml"), "--remove-demo")
    assert not city.is_there()
    assert Organisation.objects.filter(pk=mine.pk).exists(), "nobody's own work is touched"
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
