"""Answers in the order shown: band, desk, hits; on the page, as JSON, and judged by files."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.core.management import CommandError, call_command
from django.test import Client

from directory.areas import area_index
from directory.models import NationalLine, Promotion, PublicRecord
from directory.publication import read
from portal.answers import answer
from portal.judging import judge, read_queries, summary
from portal.listing import Asked
from portal.views.api import answer_types
from search import engines
from tests.factories import PlaceFactory

pytestmark = pytest.mark.django_db
Page = Callable[..., BeautifulSoup]
ROOT = Path(__file__).resolve().parents[2]


def api(client: Client, q: str, **parameters: str) -> dict:
    response = client.get("/api/search", {"q": q, **parameters})
    assert response.status_code == 200
    return response.json()


@pytest.fixture
def no_index(settings: object, tmp_path: Path) -> None:
    """The site without any index."""
    settings.SEARCH_INDEX_DIR = tmp_path / "gone"
    engines.forget_engines()
    yield
    engines.forget_engines()


# the band

DANGEROUS = [
    ("しにたい つらい", "suicide"),
    ("氏にたい", "suicide"),
    ("タヒにたい", "suicide"),
    ("リスカしちゃった", "suicide"),
    ("娘がリストカットしてる", "suicide"),
    ("夫が急に「俺がいなくなったら」とか言い出した", "suicide"),
    ("help my husband hits me", "partner-violence"),
    ("彼氏にスマホ全部見られてる 別れたら殺されるかも", "now"),
    ("隣の子がベランダに出されて泣いてる", "child-abuse"),
    ("赤ちゃんを揺さぶってしまいそう", "parent-limit"),
    ("レイプされた だれにも言えない", "sexual-violence"),
    ("今夜寝るところがない", "shelter"),
    ("三日なにも食べてない", "hunger"),
    ("元夫が職場に来る しつこい", "stalking"),
    ("想死", "suicide"),
    ("quero morrer", "suicide"),
    ("muốn chết", "suicide"),
]
SAFE = [
    "自死遺族 わかちあい",
    "精神保健福祉センター 電話",
    "虐待防止 研修",
    "自殺対策計画",
    "ゲートキーパー養成講座",
    "DV防止 講演会",
    "子ども食堂 ボランティア",
    "カレー 食べられるところ",
    "太鼓を叩く会",
    "遺言 書き方",
    "夫の介護",
    "food bank",
    "認知症で同じことを聞く",
]


@pytest.mark.parametrize(("asked", "topic"), DANGEROUS)
def test_should_put_the_band_above_everything(client: Client, asked: str, topic: str) -> None:
    band = api(client, asked)["band"]
    assert topic in band["topics"]
    assert 1 <= len(band["lines"]) <= 2
    assert all(line["title"] for line in band["lines"])


@pytest.mark.parametrize("asked", SAFE)
def test_should_not_alarm_where_there_is_no_danger(client: Client, asked: str) -> None:
    assert api(client, asked)["band"] is None


def test_should_show_the_band_before_the_heading(page: Page) -> None:
    soup = page("/search/", {"q": "死にたい"})
    band = soup.select_one(".urgent")
    assert "0120-061-338" in band.get_text()
    assert band.sourceline < soup.h1.sourceline
    assert soup.select_one('.urgent a[href="tel:110"]')


def test_should_speak_to_the_family_when_the_family_writes(client: Client) -> None:
    own, family = api(client, "死にたい")["band"], api(client, "息子が死にたいと言う")["band"]
    assert own["text"] != family["text"]
    assert "ご家族" in family["text"]


def test_should_show_band_and_desks_without_an_index(page: Page, client: Client, no_index: None) -> None:
    soup = page("/search/", {"q": "死にたい つらい"})
    assert soup.select_one(".urgent")
    assert soup.select_one(".lead-desks")
    assert soup.select_one(".ending")
    assert api(client, "死にたい つらい")["index_available"] is False


def test_should_not_show_a_line_that_is_not_to_be_shown(client: Client) -> None:
    NationalLine.objects.get(name="#いのちSOS").delete()
    assert "#いのちSOS" not in json.dumps(api(client, "死にたい")["band"], ensure_ascii=False)


# the desk and the hits


@pytest.mark.parametrize(
    ("asked", "type_code"),
    [
        ("息子が10年部屋から出てこない", "hikiko"),
        ("家賃払えん", "konkyu"),
        ("ねれない なにもたのしくない", "kokoro"),
        ("どこに相談したらいいかわからない", "sogo"),
        ("親の介護に疲れた 子どもが学校に行かない", "sogo"),
        ("借金が返せない", "konkyu"),
    ],
)
def test_should_lead_with_the_desk_that_fits(client: Client, asked: str, type_code: str) -> None:
    assert api(client, asked)["desk"]["institution_type"] == type_code


def test_should_lead_nowhere_else_than_to_the_place_that_was_looked_for(client: Client) -> None:
    found = api(client, "居場所 東部")
    assert found["desk"] is None
    assert found["hits"][0]["institution_type"] == "ibasho"


def test_should_lead_with_the_likeliest_desks_where_a_story_fits_no_phrase(page: Page, client: Client) -> None:
    story = "となりの部屋のお年寄りが 近ごろ何も買いに出ない"
    found = api(client, story)
    assert found["desk"] is not None
    types = [found["desk"]["institution_type"], *(hit["institution_type"] for hit in found["hits"][:2])]
    assert {"sogo", "houkatsu", "minsei"} & set(types)
    assert page("/search/", {"q": story}).find(id="lead-title").get_text() == "近いと思われる窓口"


def test_should_not_guess_at_a_single_word_that_nobody_knows(client: Client) -> None:
    assert api(client, "茶ばしら")["hits"][0]["title"].endswith("茶ばしら")


def test_should_choose_the_desk_of_a_type_by_the_need(client: Client) -> None:
    young_carer = api(client, "弟の世話とごはん作りで 部活に行けない")
    shown = [young_carer["desk"], *young_carer["hits"]]
    first = next(answer for answer in shown if answer["institution_type"] == "kodomo")
    assert "ヤングケアラー" in first["title"]


def test_should_find_everything_in_the_register_by_its_name() -> None:
    home = area_index().by_slug["yorozu"]
    lost = []
    for record in PublicRecord.objects.all():
        resource = read(record)
        name = re.split("[（(]", resource.name)[0].strip()
        found = answer(Asked(q=name), home)
        if resource.name not in [title for _type, title in answer_types(found)[:3]]:
            lost.append(name)
    assert not lost


@pytest.mark.parametrize(
    ("file", "count", "least"), [("tuning.csv", 150, 0.95), ("tuning-2.csv", 200, 0.95), ("heldout.csv", 150, 0.8)]
)
def test_should_stay_as_good_as_it_was(file: str, count: int, least: float) -> None:
    rows = read_queries(ROOT / "tests" / "search" / "queries" / file)
    figures = summary(judge(rows, area_index().by_slug["yorozu"]))
    assert len(rows) == count
    assert figures["dead_ends"] == 0
    assert figures["first@3"] >= least


@pytest.mark.parametrize("asked", ["こども食堂", "子供食堂", "居場所"])
def test_should_show_a_place_to_those_who_look_for_one_and_not_work_in_it(client: Client, asked: str) -> None:
    assert [hit["kind"] for hit in api(client, asked)["hits"][:3]] == ["place"] * 3


def test_should_never_answer_with_nothing(client: Client) -> None:
    found = api(client, "ggxyzzy qqq")
    assert found["hits"] == []
    assert found["desk"]["institution_type"] == "sogo"


def test_should_show_nothing_twice(client: Client) -> None:
    for asked in ("借金が返せない", "親の介護に疲れた 子どもが学校に行かない", "ひきこもり"):
        found = api(client, asked)
        urls = [hit["url"] for hit in found["hits"]] + ([found["desk"]["url"]] if found["desk"] else [])
        assert len(urls) == len(set(urls)), asked


def test_should_widen_the_area_when_nothing_fits_in_it(page: Page, client: Client) -> None:
    soup = page("/search/", {"q": "居場所 東部"})
    assert soup.find("a", string="圏域をしぼらずに、市全体からさがす")
    wide = api(client, "居場所 東部", off="area:tobu")
    assert wide["total"] > api(client, "居場所 東部")["total"]


def test_should_show_what_was_understood_as_links_that_take_it_back(page: Page) -> None:
    soup = page("/search/", {"q": "居場所 東部"})
    chips = {chip.get_text(strip=True): chip["href"] for chip in soup.select(".understood a")}
    chip = next(href for label, href in chips.items() if label.startswith("東部圏域"))
    assert "off=area%3Atobu" in chip
    again = page(chip)
    assert not any("東部圏域" in item.get_text() for item in again.select(".understood a"))


def test_should_put_first_what_an_editor_promoted(client: Client) -> None:
    place = PlaceFactory(name="はじめの一歩")
    Promotion.objects.create(words="居場所", resource=place)
    assert api(client, "居場所")["hits"][0]["title"] == "はじめの一歩"


def test_should_mark_the_words_in_titles_and_passages(page: Page) -> None:
    soup = page("/search/", {"q": "子ども食堂"})
    assert soup.select(".hit mark")
    assert {mark.get_text() for mark in soup.select(".hit mark")} & {"子ども食堂", "こども食堂"}


def test_should_offer_needs_that_are_near(page: Page) -> None:
    soup = page("/search/", {"q": "息子が部屋から出てこない"})
    assert soup.find(id="related-title")


def test_should_rank_what_is_open_now_first(client: Client, time_machine: object) -> None:
    time_machine.move_to("2026-11-24 11:00+09:00")  # a Tuesday
    response = client.get("/search/", {"q": "居場所 いま開いてる"})
    soup = BeautifulSoup(response.content, "html.parser")
    states = ["いま開いて" in hit.get_text() for hit in soup.select(".hits .hit")]
    assert states[0]
    assert states == sorted(states, reverse=True)


# helping along


def test_should_suggest_while_typing_by_spelling_and_by_reading(client: Client) -> None:
    def suggestions(q: str) -> list[str]:
        return client.get("/api/suggest", {"q": q}).json()["suggestions"]

    assert "ひきこもり" in suggestions("ひきこ")
    assert "認知症" in suggestions("にんち")
    assert "認知症" in suggestions("認知")
    assert any("シルバー" in word for word in suggestions("しるばー"))
    name = PublicRecord.objects.get(data__name__startswith="夜の居場所").data["name"]
    assert name in suggestions("よるのいば")
    assert all(len(suggestions(q)) <= 8 for q in ("", "あ", "し", "か" * 5_000, "\x00", "%E3"))


def test_should_ask_whether_something_else_was_meant_only_when_nothing_was_found(page: Page) -> None:
    assert page("/search/", {"q": "きようどうぼきんん"}) is not None
    meant = page("/search/", {"q": "にんちしょお"}).select_one(".meant")
    found = page("/search/", {"q": "認知症"})
    assert found.select_one(".meant") is None
    assert meant is None or "認知症" in meant.get_text()


# the same answers for machines


def test_should_give_machines_the_same_answers_as_the_page(page: Page, client: Client) -> None:
    soup = page("/search/", {"q": "借金が返せない"})
    found = api(client, "借金が返せない")
    titles = [link.get_text(strip=True) for link in soup.select(".hits .hit-title a")]
    assert titles == [hit["title"] for hit in found["hits"]]
    assert {"title", "url", "kind", "institution_type"} <= set(found["hits"][0])
    assert soup.select_one(".lead-desks a")["href"].endswith(found["desk"]["url"])


def test_should_leave_nothing_of_a_question_in_caches(client: Client) -> None:
    assert client.get("/api/search", {"q": "死にたい"})["Cache-Control"] == "no-store"
    assert client.post("/api/search").status_code == 405


# judging


def test_should_judge_by_a_file(tmp_path: Path) -> None:
    file = tmp_path / "q.csv"
    file.write_text(
        "id,query,category,style,first,second,banner,note\n"
        "1,借金が返せない,,,konkyu,houterasu,,\n2,死にたい,,,crisis,kokoro,常時,\n3,借金が返せない,,,silver,konkyu,,\n"
        "4,借金が返せない,,,,konkyu,帯,\n",
        encoding="utf-8",
    )
    figures = summary(judge(read_queries(file), None))
    assert figures == {
        "first@3": 0.75,
        "first_or_second@3": 1.0,
        "dead_ends": 0,
        "band_recall": 0.5,
        "band_false_alarms": 0,
    }
    out = StringIO()
    call_command("evaluate_search", "--queries", str(file), "--json", stdout=out)
    assert json.loads(out.getvalue())["queries"][0]["answers"]
    call_command("evaluate_search", "--queries", str(file), stdout=out)
    assert "first@3" in out.getvalue()
    for broken in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(CommandError):
            call_command("evaluate_search", "--queries", str(broken))
