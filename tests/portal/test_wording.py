"""What is not ours speaks Japanese too: catalogues, names in code, the frame around the admin, mails, days."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import wagtail
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group, Permission
from django.core import mail
from django.core.management import call_command
from django.template import Origin, engines
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from wagtail.models import Workflow

from portal.wording.catalogue import Entry, compiled, read_po
from portal.wording.installed import (
    DOMAINS,
    LANGUAGE,
    MARKUP,
    is_japanese,
    missing,
    own_file,
    placeholders,
    translations,
    wanted,
)
from portal.wording.unmarked import TEXTS, Loader

# Words that this site does not use, with those that it does.
OTHERWISE = {
    "スニペット": "登録情報",
    "ワークフロー": "承認の流れ",
    "タスク": "承認の段階",
    "モデレーション": "承認",
    "コレクション": "フォルダー",
    "サブページ": "下のページ",
    "子ページ": "下のページ",
    "ライブ": "公開中",
    "リビジョン": "版",
    "ダッシュボード": "最初のページ",
    "デフォルト": "はじめの設定",
    "スラッグ": "アドレスの名前",
    "アクション": "操作",
    "キャンセル": "やめる・取り消す",
    "ドキュメント": "文書",
    "ユーザ": "ユーザー",
    "下さい": "ください",
    "申し訳": "（言わない）",
}


@pytest.mark.parametrize("domain", DOMAINS)
def test_should_leave_no_message_of_the_installed_parts_without_japanese(domain: str) -> None:
    assert len(wanted(domain)) > 50
    assert [entry.text for entry in missing(domain)] == [], (
        "Translate them in portal/wording (check_wording lists them)"
    )


@pytest.mark.parametrize("domain", DOMAINS)
def test_should_fill_in_what_the_original_fills_in(domain: str) -> None:
    for entry in read_po(own_file(domain)):
        assert entry.is_translated, entry.text
        for text in entry.strings:
            assert placeholders(text) in (placeholders(entry.text), placeholders(entry.plural)), entry.text
            tags = [sorted(re.findall("<[^>]+>", original)) for original in (entry.text, entry.plural)]
            assert sorted(re.findall("<[^>]+>", text)) in tags, entry.text
            assert is_japanese(entry, text), entry.text


@pytest.mark.parametrize("domain", DOMAINS)
def test_should_hold_nothing_that_nobody_says_any_more(domain: str) -> None:
    said = wanted(domain)
    assert [entry.key for entry in read_po(own_file(domain)) if entry.key not in said] == []


@pytest.mark.parametrize("domain", DOMAINS)
def test_should_ship_what_is_written(domain: str) -> None:
    written = own_file(domain).with_suffix(".mo").read_bytes()
    assert written == compiled(read_po(own_file(domain)), LANGUAGE), "run manage.py check_wording --compile"


@pytest.mark.parametrize("domain", DOMAINS)
def test_should_call_one_thing_by_one_name(domain: str) -> None:
    spoken = translations(domain)
    wrong = []
    for key in wanted(domain):
        text = spoken[key].replace("ユーザー", "")
        wrong += [f"{spoken[key]}: {word}, not {name}" for name, word in OTHERWISE.items() if name in text]
    assert not wrong, "\n".join(wrong)


def test_should_list_what_an_upgrade_leaves_in_english(monkeypatch: pytest.MonkeyPatch, capsys: object) -> None:
    monkeypatch.setattr(
        "portal.management.commands.check_wording.missing",
        lambda domain: [Entry(text='A "new" thing', plural="%(n)s things")] if domain == "django" else [],
    )
    with pytest.raises(SystemExit):
        call_command("check_wording")
    told = capsys.readouterr().out
    assert 'msgid "A \\"new\\" thing"\nmsgid_plural "%(n)s things"\nmsgstr[0] ""' in told
    assert "1件" in told


def test_should_read_a_catalogue_as_gettext_does(tmp_path: Path) -> None:
    path = tmp_path / "x.po"
    path.write_text(
        'msgid ""\nmsgstr "Language: ja\\n"\n\n#, fuzzy\nmsgid "a"\nmsgstr "ア"\n\nmsgctxt "c"\nmsgid "b"\nmsgid_plural "bs"\n'
        'msgstr[0] "ビ"\n"イ"\n\n#~ msgid "old"\n#~ msgstr "古"\n',
        encoding="utf-8",
    )
    guess, plural = read_po(path)
    assert not guess.is_translated
    assert (plural.key, plural.strings) == (("c", "b"), ["ビイ"])
    path.write_text("msgid nothing\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"x\.po:1"):
        read_po(path)


@pytest.mark.parametrize("name", TEXTS)
def test_should_find_in_the_installed_templates_what_it_replaces(name: str) -> None:
    path = next(Path(wagtail.__file__).parent.glob(f"*/templates/{name}"))
    installed = path.read_text()
    # As our loader reads it: where a template of ours extends it, it is not the first of its name.
    shown = Loader(engines["django"].engine).get_contents(Origin(str(path), name))
    for theirs, ours in TEXTS[name]:
        assert theirs in installed, "Wagtail says something else there now"
        assert theirs not in shown
        assert ours in shown


def test_should_write_days_with_their_day_of_the_week() -> None:
    moment = timezone.localtime(datetime(2026, 11, 26, 1, 5, tzinfo=UTC))
    assert date_format(moment, "DATETIME_FORMAT") == "2026年11月26日（木）10:05"
    assert date_format(moment.date(), "DATE_FORMAT") == "2026年11月26日（木）"


@pytest.mark.django_db
class TestTheAdmin:
    """As somebody of the city sees it."""

    def test_should_give_its_words_to_scripts(self, editor_client: Client) -> None:
        told = editor_client.get(reverse("wagtailadmin_javascript_catalog")).content.decode()
        assert '"Main menu": "\\u30e1\\u30a4\\u30f3\\u30e1\\u30cb\\u30e5\\u30fc"' in told

    def test_should_carry_our_name_and_picture(self, editor_client: Client, client: Client) -> None:
        for answer in (
            editor_client.get(reverse("wagtailadmin_home")),
            client.get(reverse("wagtailadmin_login")),
            client.get(reverse("wagtailadmin_password_reset")),
            editor_client.get("/admin/nothing/here/"),
        ):
            page = BeautifulSoup(answer.content, "lxml")
            assert page.title.get_text().endswith("- よろず")
            assert "portal/icon.svg" in page.select_one("link[rel=icon]")["href"]
            assert not page.select(".icon-wagtail, link[href*='wagtailadmin/images/favicon']")
            for part in page(["script", "style"]):
                part.decompose()
            assert "Wagtail" not in page.get_text()
        home = BeautifulSoup(editor_client.get(reverse("wagtailadmin_home")).content, "lxml")
        assert "よろず" in home.select_one("[data-wagtail-sidebar-branding-logo]").decode()

    def test_should_lead_to_no_english_help(self, editor_client: Client) -> None:
        page = editor_client.get(reverse("wagtailadmin_home")).content.decode()
        assert "キーボードの近道" in page
        assert "guide.wagtail.org" not in page

    def test_should_not_ask_for_language_and_time(self, editor_client: Client) -> None:
        page = BeautifulSoup(editor_client.get(reverse("wagtailadmin_account")).content, "lxml")
        names = {field["name"] for field in page.select("[name]")}
        assert not {name for name in names if "language" in name or "time_zone" in name}

    def test_should_write_the_family_name_first(
        self, editor_client: Client, admin_client: Client, django_user_model: type
    ) -> None:
        user = django_user_model.objects.create_user("hanako", first_name="花子", last_name="編集")
        assert (user.get_full_name(), user.get_short_name()) == ("編集 花子", "編集")
        for client, address in (
            (editor_client, reverse("wagtailadmin_account")),
            (admin_client, reverse("wagtailusers_users:edit", args=[user.pk])),
            (admin_client, reverse("wagtailusers_users:add")),
        ):
            page = BeautifulSoup(client.get(address).content, "lxml")
            names = [field["name"] for field in page.select("input[name$=last_name], input[name$=first_name]")]
            assert [name.removeprefix("name_email-") for name in names] == ["last_name", "first_name"]

    def test_should_mail_in_our_name(self, client: Client, editor_client: Client, django_user_model: type) -> None:
        django_user_model.objects.create_user("mailed", "mailed@example.jp", "a-long-password-1").groups.add(
            Group.objects.get(name="編集者")
        )
        client.post(reverse("wagtailadmin_password_reset"), {"email": "mailed@example.jp"})
        (letter,) = mail.outbox
        assert letter.subject == "【よろず】パスワードを決めなおすリンク"
        assert "/admin/password_reset/confirm/" in letter.body
        assert "mailed" in letter.body
        assert "Wagtail" not in letter.body

    def test_should_name_permissions_in_japanese(self) -> None:
        names = Permission.objects.values_list("name", flat=True)
        assert [name for name in names if not re.search("[ぁ-んァ-ヶ一-龥]", MARKUP.sub("", name))] == []

    def test_should_hold_no_groups_and_approvals_in_english(self) -> None:
        assert {"編集者", "承認者"} <= set(Group.objects.values_list("name", flat=True))
        assert not Group.objects.filter(name__in=("Editors", "Moderators"))
        assert list(Workflow.objects.values_list("name", flat=True)) == ["公開の承認"]
