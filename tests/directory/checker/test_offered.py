"""What records and pages offer to be looked at: no text is forgotten, and a form says what is kept."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.db import models
from wagtail.fields import StreamField
from wagtail.models import Page, get_page_models

from directory.checker.checking import check, mended
from directory.checker.offered import offer_of, offered, texts_of, texts_of_post, written_fields
from directory.checker.rule import HardWord, Role, Text, World
from directory.choices import ChannelKind
from directory.models import Channel, GatheringPlace, Organisation, Resource, kind_tables
from portal.models import GuidancePage, NewsPage
from tests.factories import PlaceFactory

WORLD = World(date(2026, 11, 26), (HardWord("遅滞なく", "すぐに", True),))


def types() -> list[type[models.Model]]:
    pages = [model for model in get_page_models() if model._meta.app_label == "portal"]
    return [*kind_tables().values(), Organisation, *pages]


@pytest.mark.parametrize("model", types(), ids=lambda model: model.__name__)
def test_should_have_decided_of_every_text_of_a_type(model: type[models.Model]) -> None:
    offer = offer_of(model)
    assert offer, f"{model.__name__} is looked at by nobody: directory/checker/offered.py, or portal/models/checked.py"
    names = set(written_fields(model))
    assert names >= {"title"} if issubclass(model, Page) else {"name"}
    undecided = names - offer.roles.keys()
    assert not undecided, f"What are these for? directory/checker/offered.py, portal/models/checked.py: {undecided}"
    assert not offer.roles.keys() - names, "fields that are gone"


@pytest.mark.parametrize("model", [*kind_tables().values(), Organisation], ids=lambda model: model.__name__)
def test_should_have_decided_of_every_text_of_its_rows(model: type[models.Model]) -> None:
    offer = offer_of(model)
    for relation, (row, roles) in offer.rows.items():
        assert model._meta.get_field(relation).related_model is row
        assert set(written_fields(row)) == roles.keys(), f"directory/checker/offered.py: {row.__name__}"
    inline = {
        relation.get_accessor_name()
        for relation in (Resource if issubclass(model, Resource) else model)._meta.related_objects
        if type(relation.field).__name__ == "ParentalKey" and written_fields(relation.related_model)
    }
    assert inline <= offer.rows.keys(), f"directory/checker/offered.py: {inline - offer.rows.keys()}"


def test_should_look_at_nothing_that_only_staff_see() -> None:
    looked_at = {name for offer in offered().values() for name, role in offer.roles.items() if role is not None}
    assert "summary" in looked_at
    assert not looked_at & {"staff_note", "acceptance_note", "confirm_mail", "no_check_reason"}


def _form(place: GatheringPlace) -> dict[str, str]:
    channels = list(place.channels.all())
    data = {
        "name": place.name,
        "reading": place.reading,
        "summary": place.summary,
        "photo": "",
        "photo_alt": "",
        "channels-TOTAL_FORMS": str(len(channels)),
        "texts-TOTAL_FORMS": "0",
    }
    for number, channel in enumerate(channels):
        data |= {f"channels-{number}-kind": channel.kind, f"channels-{number}-value": channel.value}
    return data


@pytest.mark.django_db
def test_should_find_in_a_form_what_it_finds_in_the_record() -> None:
    place = PlaceFactory(live=False, summary="１０時から")
    place.channels = [
        Channel(kind=ChannelKind.PHONE, value="12-3456", note="ｶﾌｪ"),
        Channel(kind=ChannelKind.MAIL, value="a@example.jp"),
    ]
    kept = [(text.field, text.role, text.text) for text in texts_of(place)]
    assert ("channels-0-value", Role.NUMBER, "12-3456") in kept
    assert ("channels-0-note", Role.SENTENCE, "ｶﾌｪ") in kept
    assert not any(field == "channels-1-value" for field, _role, _text in kept)
    posted = {text.field: text.text for text in texts_of_post(GatheringPlace, _form(place))}
    assert posted == {
        field: text for field, _role, text in kept if field in {"name", "reading", "summary", "channels-0-value"}
    }


@pytest.mark.django_db
def test_should_leave_out_rows_that_are_taken_away_and_numbers_that_are_none() -> None:
    data = {
        "summary": "ふつう\r\nの文",
        "channels-TOTAL_FORMS": "3",
        "channels-0-kind": "phone",
        "channels-0-value": "12",
        "channels-0-DELETE": "on",
        "channels-1-kind": "web",
        "channels-1-value": "https://example.jp/",
        "channels-2-kind": "fax",
        "channels-2-value": "34",
    }
    found = {text.field: text.text for text in texts_of_post(GatheringPlace, data)}
    assert found == {"summary": "ふつう\nの文", "channels-2-value": "34"}
    for broken in ("x", "-1", "9" * 30, "１"):
        assert list(texts_of_post(GatheringPlace, {"channels-TOTAL_FORMS": broken})) == []


def test_should_ask_for_words_only_where_there_is_a_picture() -> None:
    with_one = {text.field for text in texts_of_post(GatheringPlace, {"photo": "3", "photo_alt": ""})}
    without = {text.field for text in texts_of_post(GatheringPlace, {"photo": "", "photo_alt": ""})}
    assert with_one - without == {"photo_alt"}


def _state(text: str) -> str:
    block = {"key": "a", "text": text, "type": "unstyled", "depth": 0, "inlineStyleRanges": [], "entityRanges": []}
    return json.dumps({"blocks": [block], "entityMap": {}})


BODY = {
    "body-count": "5",
    "body-0-type": "text",
    "body-0-order": "3",
    "body-0-deleted": "",
    "body-0-value": _state("①です"),
    "body-1-type": "picture",
    "body-1-order": "1",
    "body-1-deleted": "",
    "body-1-value-alt": "IMG_1.jpg",
    "body-2-type": "steps",
    "body-2-order": "2",
    "body-2-deleted": "",
    "body-2-value-count": "1",
    "body-2-value-0-order": "0",
    "body-2-value-0-deleted": "",
    "body-2-value-0-value-title": "はじめに",
    "body-2-value-0-value-text": "ｶﾌｪへ",
    "body-3-type": "heading",
    "body-3-order": "0",
    "body-3-deleted": "1",
    "body-3-value": "ｹｽ",
    "body-4-type": "no_such_block",
    "body-4-value": "ｹｽ",
}


def test_should_read_a_body_as_its_form_posts_it() -> None:
    texts = list(texts_of_post(NewsPage, BODY))
    assert [(text.field, text.role) for text in texts] == [
        ("body-1-value-alt", Role.ALT),
        ("body-2-value-0-value-title", Role.HEADING),
        ("body-2-value-0-value-text", Role.SENTENCE),
        ("body-0-value", Role.RICH),
    ]
    assert "①です" in texts[-1].text and "<p" in texts[-1].text
    assert {finding.rule.code for finding in check(texts, WORLD)} == {"alt", "half_kana", "machine_sign"}


@pytest.mark.parametrize(
    "posted", ["", "{", "[]", "null", "3", '{"blocks": 3}', '{"blocks": [{}], "entityMap": {}}', "x" * 1000]
)
def test_should_bear_what_no_editor_of_texts_posts(posted: str) -> None:
    data = {"body-count": "1", "body-0-type": "text", "body-0-value": posted}
    assert isinstance(list(texts_of_post(NewsPage, data)), list)


def _stream(*blocks: tuple[str, object]) -> GuidancePage:
    column = GuidancePage._meta.get_field("body")
    assert isinstance(column, StreamField)
    page = GuidancePage(title="案内")
    page.body = column.stream_block.to_python(
        [{"type": name, "value": value, "id": str(n)} for n, (name, value) in enumerate(blocks)]
    )
    return page


@pytest.mark.django_db
def test_should_name_the_inputs_of_a_kept_body_as_its_form_will() -> None:
    page = _stream(
        ("heading", "はじめに"),
        ("text", "<p>①です</p>"),
        ("steps", [{"type": "item", "id": "i", "value": {"title": "電話", "text": "ｶﾌｪへ"}}]),
    )
    fields = [text.field for text in texts_of(page)]
    assert fields == [
        "title",
        "body-0-value",
        "body-1-value",
        "body-2-value-0-value-title",
        "body-2-value-0-value-text",
    ]


@pytest.mark.django_db
def test_should_ask_for_a_large_heading_before_a_small_one() -> None:
    def told(*blocks: tuple[str, object]) -> set[str]:
        return {finding.rule.code for finding in check(texts_of(_stream(*blocks)), WORLD)}

    assert told(("text", "<h3>小さな見出し</h3><p>文です。</p>")) == {"headings"}
    assert told(("heading", "大きな見出し"), ("text", "<h3>小さな見出し</h3><p>文です。</p>")) == set()
    assert told(("callout", {"title": "お知らせ", "text": "<h3>小さな見出し</h3><p>文です。</p>"})) == set()


# mending


@pytest.mark.parametrize(
    ("role", "text", "expected"),
    [
        (Role.SENTENCE, "１０時にｶﾌｪで、㈱よろずと遅滞なく話す", "10時にカフェで、株式会社よろずとすぐに話す"),
        (Role.NUMBER, "(0533)12-3456", "0533-12-3456"),
        (Role.NUMBER, "０５３３－１２－３４５６", "0533-12-3456"),
        (Role.NUMBER, "12-3456", "12-3456"),
        (Role.READING, "ヨロズ", "よろず"),
        (Role.SENTENCE, "2026/12/1に、相 談", "2026年12月1日（火）に、相談"),
        (Role.SENTENCE, "担当：山田", "担当：山田"),
        (Role.SENTENCE, "直すところのない文です。", "直すところのない文です。"),
        (Role.RICH, '<p>①<a href="/１/">ｶﾌｪ</a></p>', '<p>（1）<a href="/１/">カフェ</a></p>'),
        (Role.RICH, '<p>A &amp; B<br/>ふつう</p><embed alt="" embedtype="image" id="1"/>', None),
    ],
)
def test_should_mend_only_what_is_safe(role: Role, text: str, expected: str | None) -> None:
    once = mended(Text("body", "本文", role, text), WORLD)
    assert once == (text if expected is None else expected)
    assert mended(Text("body", "本文", role, once), WORLD) == once
