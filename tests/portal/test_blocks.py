"""Blocks of pages: none is published in a way that keeps somebody out, and what they show stays true."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.utils import timezone
from wagtail.documents import get_document_model

from directory.models import GatheringPlace, PublicRecord
from portal.blocks import Body
from portal.blocks.plain import rows_of, says_nothing
from portal.models import GuidanceIndexPage, GuidancePage
from tests.factories import PlaceFactory

BODY = Body()


def value(*blocks: tuple[str, Any]) -> Any:
    """Blocks as the form of a page gives them."""
    return BODY.to_python([{"type": name, "value": content} for name, content in blocks])


def refused(*blocks: tuple[str, Any]) -> str:
    """What is said of blocks that are to be published; "" when nothing is."""
    try:
        BODY.clean(value(*blocks))
    except ValidationError as error:
        return _words(error)
    return ""


def _words(error: Any) -> str:
    inner = getattr(error, "block_errors", None) or {}
    found = [_words(one) for one in (inner.values() if isinstance(inner, dict) else inner) if one]
    return " ".join([*found, *getattr(error, "messages", [])]) if found else " ".join(error.messages)


def shown(*blocks: tuple[str, Any]) -> Tag:
    return BeautifulSoup("".join(str(block.render()) for block in value(*blocks)), "lxml")


@pytest.mark.parametrize(
    "words",
    [
        "こちら", "「こちら」", "こちら。", "コチラはこちら"[4:], "詳しくはこちら", "くわしくは こちら", "ここをクリック",
        "リンク", "ＰＤＦ", "https://example.jp/a", "www.example.jp", "", "　", "→", "続きを読む",
    ],
)  # fmt: skip
def test_should_know_words_that_say_nothing(words: str) -> None:
    assert says_nothing(words)


@pytest.mark.parametrize("words", ["申込書", "こちらの事情で休む日", "ここから歩く地図", "PDFの申込書", "リンク集"])
def test_should_leave_words_that_say_where(words: str) -> None:
    assert not says_nothing(words)


LINK = '<p>申し込みは<a href="https://example.jp/">こちら</a>から。</p>'


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("text", LINK),
        ("callout", {"title": "お知らせ", "text": LINK}),
        ("warning", {"title": "注意", "text": LINK}),
        ("question", {"q": "どこで", "a": LINK}),
    ],
)
def test_should_refuse_links_that_say_nothing_but_keep_them_in_a_draft(name: str, content: Any) -> None:
    assert "「こちら」というリンクがあります" in refused((name, content))
    BODY.clean_deferred(value((name, content)))
    good = str(content).replace("こちら", "申し込みのページ")
    assert refused(("text", good)) == ""


def test_should_refuse_a_smaller_heading_before_any_heading() -> None:
    small = ("text", "<h3>小さい見出し</h3><p>文</p>")
    assert "「見出し」のブロックを置いてください" in refused(("text", "<p>はじめに</p>"), small)
    assert refused(("heading", "大きい見出し"), small) == ""
    BODY.clean_deferred(value(small))


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("日\t場所\n1日\t東\n", [["日", "場所"], ["1日", "東"]]),
        ("日 ｜ 場所\n1日 ｜ 東", [["日", "場所"], ["1日", "東"]]),
        ("| 日 | 場所 |\n| 1日 | 東 |", [["日", "場所"], ["1日", "東"]]),
        # As Excel copies a cell with two lines, an empty row and an empty column.
        ('日\t場所\t\r\n1日\t"東の\n会館"\t\r\n\t\t\r\n', [["日", "場所"], ["1日", "東の 会館"]]),
        ("日\t場所\n1日", [["日", "場所"], ["1日", ""]]),
        ("", []),
    ],
    ids=["tabs", "bars", "markdown", "excel", "short", "nothing"],
)
def test_should_read_a_table_as_it_is_pasted(text: str, rows: list[list[str]]) -> None:
    assert rows_of(text) == rows


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ("日 ｜ 場所", "見出しの行のほかに1行"),
        ("日\n1日\n2日", "2つの列が要ります"),
        ("日\t\n1日\t東", "空のますがあります"),
        ("\t".join("abcdefghi") + "\n" + "\t".join("123456789"), "8列までの表"),
        ("a\tb\n" * 101, "100行"),
    ],
    ids=["one row", "one column", "no heading", "wide", "long"],
)
def test_should_refuse_what_is_no_table(cells: str, said: str) -> None:
    table = ("table", {"caption": "表", "cells": cells, "row_headings": True})
    assert said in refused(table)
    BODY.clean_deferred(value(table))


def test_should_show_a_table_with_caption_and_headings() -> None:
    content = {"caption": "相談会", "cells": "日 ｜ 場所 ｜ 電話\n1日 ｜ 東<b> ｜ 0000-10-1000", "row_headings": True}
    page = shown(("table", content))
    assert page.caption.get_text() == "相談会"
    assert [(head["scope"], head.get_text()) for head in page.select("th")] == [
        ("col", "日"), ("col", "場所"), ("col", "電話"), ("row", "1日"),
    ]  # fmt: skip
    assert page.select_one("td").get_text() == "東<b>"
    assert page.select_one("td a")["href"] == "tel:0000101000"
    assert not shown(("table", {**content, "row_headings": False})).select('th[scope="row"]')


def test_should_ask_for_words_where_a_block_can_do_without_none() -> None:
    video = {"title": "こちら", "url": "http://example.jp/", "captions": "", "minutes": None, "summary": ""}
    said = refused(("video", video))
    assert "行き先が分かるように" in said
    assert said.count("必ず入れてください。") == 2


def test_should_lead_to_a_film_and_load_nothing_of_it() -> None:
    video = {
        "title": "手話で見る相談",
        "url": "https://www.douga.example.jp/1",
        "captions": "own",
        "minutes": 4,
        "summary": "進み方を話しています。",
    }
    assert refused(("video", video)) == ""
    page = shown(("video", video))
    link = page.select_one("a")
    assert link.get_text() == "手話で見る相談（動画、douga.example.jp が開きます）"
    assert "字幕と手話あり" in page.get_text() and "進み方を話しています。" in page.get_text()
    assert not page.select("iframe, video, img, script, embed, object")


@pytest.mark.django_db
def test_should_say_what_a_file_is_before_it_is_opened() -> None:
    document = get_document_model()(title="申込", file=ContentFile(b"%PDF-1.4 " + b"x" * 2_039, "moushikomi.pdf"))
    document._set_document_file_metadata()
    document.save()
    block = ("document", {"document": document.pk, "title": "申込書", "instead": ""})
    assert refused(block) == ""
    page = shown(block)
    assert page.a.get_text().replace("\xa0", " ") == "申込書（PDF、2.0 KB）"
    assert "PDFが読みにくいときは" in page.get_text()
    document.delete()
    assert "いま載せていません" in shown(block).get_text()


@pytest.mark.django_db
class TestEntryCards:
    """Cards of entries, which may end while a page shows them."""

    def card(self, place: GatheringPlace) -> Tag:
        return shown(("place", {"place": place.pk}))

    def test_should_show_the_public_record(self) -> None:
        page = self.card(PlaceFactory(name="ひだまりの場"))
        assert page.select_one(".desk-name").get_text() == "ひだまりの場"
        assert "載せていません" not in page.get_text()

    def test_should_say_so_when_it_is_taken_back_ended_or_deleted(self) -> None:
        place = PlaceFactory(name="ひだまりの場")
        yesterday = timezone.localdate() - timedelta(days=1)
        PublicRecord.written.filter(pk=place.pk).update(until=yesterday)
        for act in (lambda: None, place.unpublish, place.delete):
            pk = place.pk
            act()
            page = shown(("place", {"place": pk}))
            assert "ここにあった案内は、いま載せていません" in page.get_text()
            assert "ひだまりの場" not in page.get_text()

    def test_should_show_what_came_after_it(self) -> None:
        after = PlaceFactory(name="あとの場")
        place = PlaceFactory(name="まえの場", succeeded_by=after.short_id)
        place.unpublish()
        page = self.card(place)
        assert "あとを引きついだところを載せています" in page.get_text()
        assert page.select_one(".desk-name").get_text() == "あとの場"


@pytest.mark.django_db
def test_should_render_many_cards_in_a_fixed_number_of_questions(django_assert_max_num_queries: Any) -> None:
    places = [PlaceFactory() for _number in range(6)]
    page = GuidancePage(title="場", slug="ba", body=[("place", {"place": place}) for place in places])
    GuidanceIndexPage.objects.first().add_child(instance=page)
    page = GuidancePage.objects.get(pk=page.pk)
    with django_assert_max_num_queries(2):
        assert "".join(str(block.render()) for block in page.body).count("desk-name") == 6
