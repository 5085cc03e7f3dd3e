"""Answers that are honest: nothing invented, nothing unfitting first, and the right side of a request."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from django.test import Client

pytestmark = pytest.mark.django_db
Page = Callable[..., BeautifulSoup]


def api(client: Client, q: str, **parameters: str) -> dict:
    return client.get("/api/search", {"q": q, **parameters}).json()


def answers(found: dict) -> list[dict]:
    return ([found["desk"]] if found["desk"] else []) + found["hits"]


# what is no word


@pytest.mark.parametrize(
    "asked",
    [
        "ぬぬぬぬ",
        "あああああ",
        "ん",
        "asdf",
        "ｑｗｅｒｔｙ",
        "っっっっ",
        "ggxyzzy qqq",
        "ぬるぬるぬる",
        "わああああ",
        "ちとしは",
    ],
)
def test_should_say_that_it_did_not_understand(page: Page, client: Client, asked: str) -> None:
    found = api(client, asked)
    assert found["desk_reason"] == "not-understood"
    assert found["desk"]["institution_type"] == "sogo"
    assert found["hits"] == []
    soup = page("/search/", {"q": asked})
    assert "うまく読みとれませんでした" in soup.main.get_text()
    assert not soup.select("mark")
    assert soup.select_one(".ending")


@pytest.mark.parametrize("asked", ["ふがほげ", "ぬめぺそ", "もけらぽ", "ざぞずぜ"])
def test_should_invent_no_hits_for_a_word_that_nobody_knows(client: Client, asked: str) -> None:
    found = api(client, asked)
    assert found["hits"] == []
    assert found["desk"]["institution_type"] == "sogo"


# what a town hall is asked, and this register does not hold


@pytest.mark.parametrize(
    "asked",
    [
        "ワクチン",
        "ワクチンの予約",
        "ごみの出し方",
        "ゴミの日",
        "給付金の振込日",
        "住民票",
        "クーリングシェルター",
        "暑い 避難",
        "涼しい場所",
        "消えかけた横断歩道 直して",
        "街灯が切れている",
        "戸籍",
    ],
)
def test_should_lead_to_the_general_desk_with_what_is_not_ours(page: Page, client: Client, asked: str) -> None:
    found = api(client, asked)
    assert found["band"] is None
    assert found["desk"]["institution_type"] == "sogo"
    assert found["desk_reason"] == "not-ours"
    assert "この案内にはのっていない" in page("/search/", {"q": asked}).main.get_text()


def test_should_lead_to_the_section_whose_words_fit(client: Client) -> None:
    assert api(client, "児童手当")["desk"]["title"].startswith("こども給付課")


# words that say nothing


@pytest.mark.parametrize("asked", ["子どもが熱を出した", "赤ちゃんが熱を出して", "息子の熱が出た"])
def test_should_not_match_by_a_word_that_says_nothing(client: Client, asked: str) -> None:
    found = api(client, asked)
    assert not {row["institution_type"] for row in answers(found)[:3]} & {"hw", "sanka", "volunteer", "ibasho"}


# help wanted, help given


@pytest.mark.parametrize(
    "asked",
    [
        "電球を換えてほしい",
        "電球をかえてほしい",
        "雪かきをしてほしい",
        "庭の草取りを頼みたい",
        "買い物を代わりにしてほしい",
        "話し相手に来てほしい",
        "手紙を読んでほしい",
        "ごみ出しを手伝ってほしい",
        "病院に付き添ってほしい",
        "書類を代わりに書いてほしい",
    ],
)
def test_should_lead_who_wants_help_to_those_who_bring_it(client: Client, asked: str) -> None:
    first = answers(api(client, asked))[0]
    assert "してほしい" in first["title"] or "頼む" in first["title"], first["title"]


@pytest.mark.parametrize(
    "asked",
    [
        "話し相手になりたい",
        "ボランティアしたい",
        "子ども食堂 手伝い",
        "子ども食堂を手伝いたい",
        "何か手伝いたい",
        "人の役に立ちたい",
    ],
)
def test_should_lead_who_gives_help_to_a_role(client: Client, asked: str) -> None:
    first = answers(api(client, asked))[0]
    assert first["kind"] == "volunteer"
    assert "してほしい人へ" not in first["title"]


@pytest.mark.parametrize("asked", ["子ども食堂 手伝い", "子ども食堂を手伝いたい", "こども食堂のお手伝い"])
def test_should_put_helping_in_a_canteen_above_helping_anywhere(client: Client, asked: str) -> None:
    assert "食堂" in api(client, asked)["hits"][0]["title"]


# the telephone


@pytest.mark.parametrize(
    "asked",
    [
        "電話で話したい",
        "電話で相談したい",
        "電話で聞きたい",
        "電話したい",
        "声で話したい",
        "電話のほうがいい",
        "電話で話を聞いてほしい",
    ],
)
def test_should_not_take_wishing_to_telephone_for_not_being_able_to(client: Client, asked: str) -> None:
    assert "need:no-voice" not in {chip["code"] for chip in api(client, asked)["understood"]}


@pytest.mark.parametrize("asked", ["電話で話せない", "電話がこわい", "声が出ない", "電話は苦手", "耳が聞こえない"])
def test_should_still_hear_who_cannot_telephone(client: Client, asked: str) -> None:
    codes = {chip["code"] for chip in api(client, asked)["understood"]}
    assert any(code == "need:no-voice" or code.startswith("contact:") for code in codes)


def test_should_lead_the_young_and_the_gatekeepers_to_desks(client: Client) -> None:
    assert api(client, "若者の相談")["desk"]["kind"] == "desk"
    assert api(client, "ゲートキーパー")["desk"]["institution_type"] in {"kokoro", "koho"}


# areas, days


@pytest.mark.parametrize(
    ("asked", "area"),
    [("本町 介護の相談", "東部圏域"), ("夕凪町 介護の相談", "西部圏域"), ("汐見 介護の相談", "南部圏域")],
)
def test_should_lead_to_the_desk_of_the_named_area(client: Client, asked: str, area: str) -> None:
    found = api(client, asked)
    assert found["desk"]["institution_type"] == "houkatsu"
    assert area in found["desk"]["areas"]
    assert found["desks_by_area"] == []


@pytest.mark.parametrize("asked", ["介護の相談", "認知症の母", "親の介護がつらい", "よろず市 介護の相談"])
def test_should_let_choose_where_each_area_has_its_own_desk(page: Page, client: Client, asked: str) -> None:
    found = api(client, asked)
    assert {desk["area"] for desk in found["desks_by_area"]} == {"東部圏域", "西部圏域", "南部圏域", "北部圏域"}
    shown = {desk["url"] for desk in found["desks_by_area"]}
    assert not shown & {hit["url"] for hit in found["hits"]}
    soup = page("/search/", {"q": asked})
    assert "お住まいの地域で、窓口がちがいます" in soup.get_text()
    links = [link["href"] for link in soup.select(".area-desks a.chip")]
    assert len(links) == 4
    chosen = page(links[1]).select_one(".lead-desks .desk")
    assert "西部" in chosen.get_text()


def test_should_let_choose_in_the_finder_and_on_situations_too(page: Page) -> None:
    soup = page("/find/?about=care")
    links = [link["href"] for link in soup.select(".area-desks a.chip")]
    assert len(links) == 4
    assert not page(links[0]).select(".area-desks")


@pytest.mark.parametrize(
    ("asked", "day"),
    [("土曜に相談できるところ", "sat"), ("日曜 相談", "sun"), ("夜に相談したい", "evening"), ("土日の窓口", "sat")],
)
def test_should_lift_what_is_open_then(client: Client, asked: str, day: str) -> None:
    found = api(client, asked)
    first = answers(found)[0]
    assert first["kind"] == "desk"
    open_then = client.get("/api/search", {"q": "", "kind": "desk", "day": day, "sort": "reading"}).json()
    other = client.get("/api/search", {"kind": "desk", "day": "sun" if day == "sat" else day}).json()
    names = {hit["title"] for hit in open_then["hits"] + other["hits"]}
    assert first["title"] in names or open_then["total"] > 20
    assert any(row["institution_type"] == "sogo" for row in answers(found)[:4])


# helping along


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("ひきこもる", "ひきこもり"),
        ("にんちしよう", "認知症"),
        ("にんちしょお", "認知症"),
        ("せいかつほごう", "生活保護"),
        ("はろーわく", "ハローワーク"),
        ("ふとうこお", "不登校"),
        ("ぼらんていあ", "ボランティア"),
        ("こそだてしえい", "子育て"),
        ("かいごほけ", "介護"),
        ("ひきこもい", "ひきこもり"),
    ],
)
def test_should_ask_whether_a_known_word_was_meant(page: Page, asked: str, meant: str) -> None:
    shown = page("/search/", {"q": asked}).select_one(".meant")
    found = page("/search/", {"q": asked}).main.get_text()
    assert (shown is not None and meant in shown.get_text()) or meant in found.replace(asked, "")


@pytest.mark.parametrize(
    "asked", ["認知症", "ひきこもり", "いばしょ", "居場所", "借金が返せない", "息子が部屋から出てこない"]
)
def test_should_not_ask_where_it_understood(page: Page, asked: str) -> None:
    assert page("/search/", {"q": asked}).select_one(".meant") is None


@pytest.mark.parametrize("typed", ["死", "死に", "寝", "酒", "親"])
def test_should_suggest_nothing_that_only_sounds_like_a_kanji(client: Client, typed: str) -> None:
    suggestions = client.get("/api/suggest", {"q": typed}).json()["suggestions"]
    assert all(word.startswith(typed[0]) for word in suggestions)
