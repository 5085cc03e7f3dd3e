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

from directory.areas.index import area_index
from directory.cache import forget_all
from directory.finding.answers import answer, answer_types
from directory.finding.query import Asked
from directory.judging.evaluation import judge, read_queries, summary
from directory.models import NationalLine, Promotion, PublicRecord
from directory.public.projection import read
from portal.models import PortalSettings
from search import engines
from tests.factories import PlaceFactory

pytestmark = pytest.mark.django_db
Page = Callable[..., BeautifulSoup]
# A Tuesday night, a Wednesday morning, a national holiday.
NIGHT, DAY, HOLIDAY = "2026-11-24 03:00+09:00", "2026-11-25 11:00+09:00", "2026-11-23 11:00+09:00"
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
    ("彼氏にスマホ全部見られてる 別れたら殺されるかも", "partner-violence"),
    ("隣の子がベランダに出されて泣いてる", "child-abuse"),
    ("赤ちゃんを揺さぶってしまいそう", "child-abuse"),
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
    assert 1 <= len(band["lines"]) <= 3
    assert all(line["title"] for line in band["lines"])


@pytest.mark.parametrize("asked", SAFE)
def test_should_not_alarm_where_there_is_no_danger(client: Client, asked: str) -> None:
    assert api(client, asked)["band"] is None


def test_should_show_the_band_before_the_heading(page: Page) -> None:
    soup = page("/search/", {"q": "死にたい"})
    band = soup.select_one(".urgent")
    assert "0120-061-338" in band.get_text()
    assert band.find_next("h1"), "before the heading"
    assert soup.select_one('.urgent a[href="tel:110"]')


def rows(soup: BeautifulSoup) -> list[str]:
    """The lines that the band shows, as they are read."""
    return [" ".join(row.get_text(" ").split()) for row in soup.select(".urgent > .line-rows .line")]


def test_should_say_of_each_line_on_one_row_whether_it_answers_now(page: Page, time_machine: object) -> None:
    time_machine.move_to(NIGHT)
    soup = page("/search/", {"q": "死にたい"})
    shown = rows(soup)
    assert 1 <= len(shown) <= 3
    assert all(row.select_one("a[href^='tel:']") for row in soup.select(".urgent > .line-rows .line"))
    yorisoi = next(row for row in shown if "よりそいホットライン" in row)
    assert "0120-279-338" in yorisoi
    assert "いまつながります（24時間）" in yorisoi
    closed = ["からつながります" in row for row in shown]
    assert closed == sorted(closed), "what is closed now comes last"


def test_should_say_when_a_line_answers_that_is_closed_now(page: Page, time_machine: object) -> None:
    time_machine.move_to(NIGHT)
    lines = [line.get_text(" ") for line in page("/search/", {"q": "死にたい"}).select(".urgent .fold .line")]
    assert "今日 16:00 からつながります" in next(line for line in lines if "いのちの電話" in line)


def test_should_fold_away_what_nobody_reads_in_a_bad_hour(page: Page) -> None:
    band = page("/search/", {"q": "死にたい"}).select_one(".urgent")
    folds = band.select("details")
    assert [fold.summary.get_text(strip=True)[:4] for fold in folds] == ["くわしく"]
    assert "もとの資料" in folds[0].get_text()
    folds[0].extract()
    for word in ("もとの資料", "受付時間", "料金", "確認日"):
        assert word not in band.get_text()


def test_should_show_a_way_for_those_who_cannot_speak(page: Page) -> None:
    for asked in ("死にたい", "夫に殴られる", "意識がない 救急車を呼びたい"):
        text = page("/search/", {"q": asked}).select_one(".urgent").get_text()
        assert "声を出せないとき" in text, asked
        assert "一部のIP電話は不可" not in text.split("くわしく")[0], "a remark is no other way"


def test_should_name_110_and_119_once(page: Page) -> None:
    soup = page("/search/", {"q": "死にたい"})
    assert [link["href"] for link in soup.select(".urgent-numbers a")] == ["tel:110", "tel:119"]
    ill = page("/search/", {"q": "意識がない 救急車を呼びたい"})
    assert ill.select_one('.urgent > .line-rows a[href="tel:119"]')
    assert not ill.select_one(".urgent-numbers")


def test_should_put_the_desk_right_below_the_band(page: Page) -> None:
    soup = page("/search/", {"q": "夫に殴られる"})
    assert "lead-desks" in soup.select_one(".results-band").find_next_sibling()["class"]
    assert soup.select_one(".lead-desks").find_next("h1"), "before the heading"


@pytest.mark.parametrize(("moment", "is_shown"), [(NIGHT, True), (HOLIDAY, True), (DAY, False)])
def test_should_show_the_guidance_for_the_night_only_then(
    page: Page, time_machine: object, moment: str, is_shown: bool
) -> None:
    PortalSettings.objects.update(night_guidance="夜は、市役所の守衛室（0000-10-0000）へ。\n\nくわしい話は、あとで。")
    forget_all()
    time_machine.move_to(moment)
    text = page("/search/", {"q": "今夜寝るところがない"}).select_one(".urgent").get_text()
    assert ("守衛室" in text) is is_shown
    assert "くわしい話は" not in text, "one short row"


@pytest.mark.parametrize("asked", ["死にたい", "夫に殴られる", "いのちの電話"])
def test_should_not_betray_what_was_asked(page: Page, asked: str) -> None:
    soup = page("/search/", {"q": asked})
    assert asked not in soup.title.get_text()
    assert asked not in soup.h1.get_text()
    assert not soup.select("mark")
    assert soup.select_one(".leave a")
    assert soup.select_one("meta[name=robots]")["content"] == "noindex"
    assert soup.select_one("#q")["value"] == asked, "it stays in the box"


def test_should_say_on_other_pages_what_was_asked(page: Page) -> None:
    soup = page("/search/", {"q": "居場所"})
    assert "居場所" in soup.title.get_text()
    assert not soup.select_one(".leave")


# lines that are named


@pytest.mark.parametrize(
    ("asked", "number"),
    [
        ("#8000", "#8000"),
        ("夜間の小児科", "#8000"),
        ("188", "188"),
        ("いのちの電話", "0120-783-556"),
        ("救急車", "119"),
    ],
)
def test_should_find_a_line_by_name_number_and_purpose(page: Page, client: Client, asked: str, number: str) -> None:
    found = api(client, asked)
    lines = [*(found["band"]["lines"] if found["band"] else ()), *found["lines"]]
    assert number in [line["number"] for line in lines]
    soup = page("/search/", {"q": asked})
    row = soup.select_one(f'.line-rows a[href="tel:{number.replace("-", "")}"]')
    assert row.find_next("h1"), "before the heading"


def test_should_count_named_lines_before_desk_and_hits(client: Client) -> None:
    found = answer(Asked(q="いのちの電話"), area_index().by_slug["yorozu"])
    assert [line.name for line in found.lines] == ["いのちの電話（フリーダイヤル）"]
    held = len(found.band.lines) if found.band else 0
    assert answer_types(found)[held] == ("crisis", "いのちの電話（フリーダイヤル）")


def test_should_show_no_line_twice(client: Client) -> None:
    for asked in ("119", "189", "#8008", "110番"):
        found = api(client, asked)
        band = found["band"] or {"lines": [], "more_lines": []}
        titles = [line["title"] for line in (*band["lines"], *band["more_lines"], *found["lines"])]
        assert len(titles) == len(set(titles)) >= 1, asked


def test_should_name_no_line_where_none_is_named(client: Client) -> None:
    assert api(client, "居場所 東部")["lines"] == []


# at this hour


def test_should_lead_with_the_desk_that_is_open_now(page: Page, client: Client, time_machine: object) -> None:
    time_machine.move_to(DAY)
    assert api(client, "夫に殴られる")["desk"]["institution_type"] == "dv"
    time_machine.move_to(NIGHT)
    soup = page("/search/", {"q": "夫に殴られる"})
    assert "いま開いています" in soup.select_one(".lead-desks").get_text()
    assert "警察" in soup.select_one(".lead-desks .desk-name").get_text(), (
        "and not the firemen, who are of the same type"
    )
    closed = next(hit for hit in soup.select(".hits .hit") if "DV相談" in hit.get_text())
    assert "8:30 から開きます" in closed.get_text()


def test_should_never_lead_a_child_to_the_desk_for_parents(client: Client, time_machine: object) -> None:
    for moment in (DAY, NIGHT):
        time_machine.move_to(moment)
        assert "親の相談" not in api(client, "パパがたたく")["desk"]["title"]


@pytest.mark.parametrize(("moment", "is_shown"), [(NIGHT, True), (HOLIDAY, True), (DAY, False)])
def test_should_end_at_night_with_a_line_that_answers(
    page: Page, time_machine: object, moment: str, is_shown: bool
) -> None:
    time_machine.move_to(moment)
    ending = page("/browse/").select_one(".ending")
    assert bool(ending.select_one(".ending-night")) is is_shown
    if is_shown:
        assert "よりそいホットライン" in ending.get_text()
        assert "いまつながります（24時間）" in ending.get_text()
        assert re.search(r"8:30 から", ending.get_text()), "and when the desk opens"


def test_should_name_another_line_at_night_where_that_one_is_not_shown(page: Page, time_machine: object) -> None:
    NationalLine.objects.filter(name="よりそいホットライン").update(show=False)
    forget_all()
    time_machine.move_to(NIGHT)
    assert "24時間" in page("/browse/").select_one(".ending-night .line-row").get_text()


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
    assert page("/search/", {"q": story}).find(id="lead-title")


def test_should_say_that_a_desk_is_only_near_where_nobody_can_be_sure(page: Page) -> None:
    soup = page("/search/", {"q": "もやもやした とりとめのない 夕方の ひとりごと 秋の雲"})
    assert soup.find(id="lead-title").get_text() in {"近いと思われる窓口", "何でも話せる窓口"}


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
    ("file", "count", "least", "recall", "alarms"),
    [
        ("tuning.csv", 150, 0.95, 0.97, 3),
        ("tuning-2.csv", 200, 0.95, 0.97, 4),
        ("heldout.csv", 150, 0.87, 0.96, 8),
        ("heldout-2.csv", 200, 0.9, 0.98, 3),
    ],
)
def test_should_stay_as_good_as_it_was(file: str, count: int, least: float, recall: float, alarms: int) -> None:
    rows = read_queries(ROOT / "tests" / "search" / "queries" / file)
    figures = summary(judge(rows, area_index().by_slug["yorozu"]))
    assert len(rows) == count
    assert figures["dead_ends"] == 0
    assert figures["first@3"] >= least
    assert figures["band_recall"] >= recall
    assert figures["band_false_alarms"] <= alarms


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
    soup = BeautifulSoup(response.content, "lxml")
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
