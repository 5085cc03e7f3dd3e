"""The vocabulary and what was not found, in the admin."""

from __future__ import annotations

from datetime import date

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from directory.models import DangerTopic, NationalLine, Phrase, StopWord
from search.models import Miss
from tests.portal.test_admin import form_of

pytestmark = pytest.mark.django_db
FILES, MISSES = "/admin/words/", "/admin/misses/"


def upload(client: Client, kind: str, content: bytes, **fields: str) -> BeautifulSoup:
    file = SimpleUploadedFile("x.csv", content, content_type="text/csv")
    response = client.post(FILES, {"kind": kind, "file": file, **fields}, follow=True)
    assert response.status_code == 200
    return BeautifulSoup(response.content, "lxml")


def test_should_take_in_a_file_and_tell_what_changed(editor_client: Client) -> None:
    soup = upload(editor_client, "stop_words", "word\n取材です\n".encode())
    assert "追加1" in soup.get_text()
    assert StopWord.objects.filter(word="取材です").exists()


def test_should_name_the_rows_of_a_bad_file_and_change_nothing(editor_client: Client) -> None:
    soup = upload(editor_client, "stop_words", "word\n取材です\n、\n".encode())
    assert "3行目" in soup.select_one(".help-critical").get_text()
    assert not StopWord.objects.exists()


@pytest.mark.parametrize("content", [b"\xff\xfe", b"\x00", "word\n取材".encode("shift_jis"), b""])
def test_should_answer_a_file_that_is_none(editor_client: Client, content: bytes) -> None:
    upload(editor_client, "stop_words", content)
    assert not StopWord.objects.exists()


def test_should_leave_deleting_and_danger_to_approvers(editor_client: Client, approver_client: Client) -> None:
    file = SimpleUploadedFile("x.csv", "word\n取材です\n".encode())
    answer = editor_client.post(FILES, {"kind": "stop_words", "file": file, "replace": "on"})
    assert answer.status_code == 302, "an editor may not delete words"
    file.seek(0)
    assert editor_client.post(FILES, {"kind": "danger", "file": file}).status_code == 302
    assert not StopWord.objects.exists()
    upload(approver_client, "stop_words", "word\n取材です\n".encode(), replace="on")
    assert StopWord.objects.exists()


def test_should_write_files_that_spreadsheets_read(editor_client: Client) -> None:
    response = editor_client.get("/admin/words/phrases.csv")
    assert response.content.startswith("\ufefftarget,language,speaker,phrase".encode())
    assert response.content.count(b"\n") == Phrase.objects.count() + 1
    assert editor_client.get("/admin/words/nothing.csv").status_code == 404


@pytest.mark.parametrize("address", [FILES, MISSES, "/admin/words/phrases.csv"])
def test_should_show_words_to_staff_only(client: Client, address: str) -> None:
    assert client.get(address).status_code == 302


def test_should_show_what_was_not_found_from_three_days_on(editor_client: Client) -> None:
    for day in (1, 2, 3):
        Miss.objects.create(words="宇宙旅行", day=date(2026, 11, day))
    for area in ("tobu", "seibu", "nanbu"):
        Miss.objects.create(words="山田太郎", day=date(2026, 11, 1), area=area)
    text = BeautifulSoup(editor_client.get(MISSES).content, "lxml").get_text()
    assert "宇宙旅行" in text
    assert "山田太郎" not in text


def test_should_write_a_phrase_in_the_form(editor_client: Client) -> None:
    from directory.models import Need

    need = Need.objects.get(code="debt")
    form = {"text": "財布が泣いている", "need": need.pk, "type": "", "language": "ja", "speaker": "person"}
    response = editor_client.post("/admin/snippets/directory/phrase/add/", form)
    assert response.status_code == 302
    assert Phrase.objects.filter(text="財布が泣いている", need=need).exists()
    response = editor_client.post("/admin/snippets/directory/phrase/add/", {**form, "need": ""})
    assert response.status_code == 200
    assert "どちらか一つ" in response.content.decode()


def test_should_let_approvers_write_what_a_band_says_to_one_side(approver_client: Client, client: Client) -> None:
    topic = DangerTopic.objects.get(code="suicide")
    address = reverse("wagtailsnippets_directory_dangertopic:edit", args=[topic.pk])
    form = form_of(approver_client, address)
    number = int(form["voices-TOTAL_FORMS"][0])
    assert number == topic.voices.count()
    assert int(form["answers-TOTAL_FORMS"][0]) == topic.answers.count() > 0
    topic.voices.all().delete()
    form = form_of(approver_client, address) | {
        **{"voices-TOTAL_FORMS": ["1"], "voices-0-id": [""], "voices-0-ORDER": ["1"]},
        **{
            "voices-0-side": ["family"],
            "voices-0-heading": ["そばにいてください"],
            "voices-0-text": ["ひとりにしないで。"],
        },
    }
    assert approver_client.post(address, form).status_code == 302
    page = BeautifulSoup(client.get("/search/", {"q": "友だちが死にたいと言っている"}).content, "lxml")
    assert "そばにいてください" in page.select_one(".results-band").get_text()


def test_should_let_approvers_write_when_and_how_a_line_answers(approver_client: Client, client: Client) -> None:
    line = NationalLine.objects.get(name="よりそいホットライン")
    address = reverse("wagtailsnippets_directory_nationalline:edit", args=[line.pk])
    form = form_of(approver_client, address) | {
        "asked_by": ["ぽんぽこ電話"],
        "languages": ["EN、zh en"],
        "action-publish": ["1"],
    }
    assert approver_client.post(address, form).status_code == 302
    line.refresh_from_db()
    assert line.languages == "en zh"
    page = BeautifulSoup(client.get("/search/", {"q": "ぽんぽこ電話"}).content, "lxml")
    assert "よりそいホットライン" in page.get_text()
    soup = BeautifulSoup(approver_client.post(address, form | {"languages": ["英語"]}).content, "lxml")
    assert "コード" in soup.select_one(".error-message").get_text()


def test_should_show_the_hours_of_a_line_in_its_form(approver_client: Client) -> None:
    line = NationalLine.objects.exclude(opening_rules=None).first()
    form = form_of(approver_client, reverse("wagtailsnippets_directory_nationalline:edit", args=[line.pk]))
    assert int(form["opening_rules-TOTAL_FORMS"][0]) == line.opening_rules.count()
