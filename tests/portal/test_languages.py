"""Questions in other languages: answered in that language, with the interpreter's desk and the lines that speak it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.test import Client

from directory.finding.languages import tongues
from search.models import Miss
from search.questions.query import understand
from search.text.languages import language_of

pytestmark = pytest.mark.django_db
Page = Callable[..., BeautifulSoup]

TAGS = {"zh": "zh-Hans", "tl": "fil"}
# Of each language: a danger, its topic, and an ordinary question.
ASKED = {
    "en": ("my husband hits me", "partner-violence", "how do I renew my visa"),
    "zh": ("老公打我", "partner-violence", "签证快到期了 怎么办"),
    "pt": ("meu marido me bate", "partner-violence", "como renovar o visto"),
    "vi": ("chồng tôi đánh tôi", "partner-violence", "gia hạn visa ở đâu"),
    "ko": ("남편이 때려요", "partner-violence", "일본어 교실이 있나요"),
    "tl": ("gusto ko nang mamatay", "suicide", "paano mag-renew ng visa"),
    "ne": ("मलाई मर्न मन लाग्यो", "suicide", "भिसा कसरी थप्ने"),
    "es": ("no tengo comida para mis hijos", "hunger", "¿dónde puedo estudiar japonés?"),
    "id": ("saya ingin mati", "suicide", "cara perpanjang visa"),
    "my": ("ယောက်ျားက ရိုက်တယ်", "partner-violence", "ဂျပန်စာ ဘယ်မှာသင်ရမလဲ"),
    "th": ("ลูกชักและไม่หายใจ", "ill", "อยากเรียนภาษาญี่ปุ่น"),
    "ru": ("хочу умереть", "suicide", "где учить японский язык"),
    "uk": ("нема що їсти", "hunger", "де вчити японську мову"),
}
# A weekday afternoon: desks and lines are open.
AFTERNOON = datetime(2026, 11, 25, 14, 0, tzinfo=ZoneInfo("Asia/Tokyo"))


def kinds(data: dict) -> list[str]:
    """Types of institution of desk and hits, in the order shown."""
    return [row["institution_type"] for row in ([data["desk"]] if data["desk"] else []) + data["hits"]]


def asked(client: Client, text: str) -> dict:
    """The API's answer."""
    return client.get("/api/search", {"q": text}).json()


def test_should_have_words_for_every_language_with_nothing_left_out() -> None:
    assert set(tongues()) == set(ASKED)
    for tongue in tongues().values():
        assert all((tongue.name, tongue.sentence, tongue.call, tongue.open, tongue.closed, tongue.interpreter))
        assert "110" in tongue.danger_sentence and "119" in tongue.danger_sentence
        assert language_of(tongue.sentence) == tongue.code


@pytest.mark.parametrize("language", ASKED)
def test_should_answer_danger_with_band_sentence_and_interpreter(client: Client, language: str) -> None:
    danger, topic, _need = ASKED[language]
    data = asked(client, danger)
    assert data["language"] == language
    assert data["band"] and topic in data["band"]["topics"]
    assert data["foreign"]["language"] == language
    assert data["foreign"]["danger_sentence"] == tongues()[language].danger_sentence
    assert data["foreign"]["desk"]["institution_type"] == "tabunka"
    assert kinds(data)[0] != "tabunka", "the desk of the danger leads"
    assert kinds(data)[1] == "tabunka"


@pytest.mark.parametrize("language", ASKED)
def test_should_answer_an_ordinary_need_with_sentence_and_interpreter(client: Client, language: str) -> None:
    data = asked(client, ASKED[language][2])
    assert data["language"] == language
    assert data["foreign"]["sentence"] == tongues()[language].sentence
    assert "tabunka" in kinds(data)[:2]
    if data["band"] is None:
        assert data["foreign"]["danger_sentence"] == ""


@pytest.mark.parametrize("language", ASKED)
def test_should_mark_on_the_page_which_language_it_speaks(page: Page, language: str) -> None:
    soup = page("/search/", {"q": ASKED[language][0]})
    tag = TAGS.get(language, language)
    assert soup.html["lang"] == "ja"
    box = soup.select_one("section.foreign")
    assert box["lang"] == tag and box["dir"] == "ltr"
    assert soup.select_one(f"#{box['aria-labelledby']}").get_text(strip=True) == tongues()[language].name
    assert tongues()[language].sentence in box.get_text()
    assert box.select_one('a[lang="ja"]')["href"].startswith("/resources/"), "names in Japanese say so"
    told = soup.select_one(f'.urgent > [lang="{tag}"]')
    assert told.get_text(strip=True) == tongues()[language].danger_sentence
    assert box.find_previous("section", class_="urgent"), "the box stands below the band"
    assert not box.select("h1") and box.select_one("h2")


def test_should_stand_at_the_top_where_there_is_no_danger(page: Page) -> None:
    soup = page("/search/", {"q": ASKED["es"][2]})
    box = soup.select_one("section.foreign")
    assert box and not soup.select(".urgent, .foreign-danger")
    assert box.find_next("h1")


@time_machine.travel(AFTERNOON, tick=False)
def test_should_say_in_their_language_whether_it_is_open(page: Page) -> None:
    box = page("/search/", {"q": ASKED["ko"][2]}).select_one("section.foreign")
    assert [item.get_text(strip=True) for item in box.select(".status-open")] == ["지금 이용 가능"] * len(
        box.select(".status")
    )
    assert box.select(".status")
    assert box.select_one('a.call[href^="tel:"] .unseen').get_text(strip=True) == "전화하기"


@time_machine.travel(AFTERNOON, tick=False)
def test_should_put_lines_that_speak_the_language_first_among_those_that_answer(client: Client) -> None:
    assert asked(client, "saya ingin mati")["band"]["lines"][0]["title"] == "よりそいホットライン"
    assert asked(client, "死にたい")["band"]["lines"][0]["title"] == "#いのちSOS"
    assert asked(client, "ลูกชักและไม่หายใจ")["band"]["lines"][0]["number"] == "119", "an ambulance speaks all languages"


def test_should_name_only_lines_that_speak_the_language(client: Client) -> None:
    assert any(line["title"] == "よりそいホットライン" for line in asked(client, ASKED["th"][2])["foreign"]["lines"])
    assert asked(client, ASKED["uk"][2])["foreign"]["lines"] == []


@pytest.mark.parametrize("text", ["死にたい", "おかねが ありません", "介護 相談", "家庭内暴力", "DV", "110", ""])
def test_should_say_nothing_foreign_to_japanese(page: Page, client: Client, text: str) -> None:
    data = asked(client, text)
    assert data["language"] == "ja" and data["foreign"] is None
    assert not page("/search/", {"q": text}).select(".foreign, .foreign-danger")


def test_should_answer_romaji_in_japanese_and_english(client: Client) -> None:
    data = asked(client, "shinitai")
    assert data["language"] == ""
    assert data["band"]["topics"] == ["suicide"]
    assert data["foreign"]["language"] == "en"


def test_should_still_find_a_name_in_latin_letters(client: Client) -> None:
    assert any("とまり木" in hit["title"] for hit in asked(client, "tomarigi")["hits"])


@pytest.mark.parametrize(
    "text",
    [
        "magandang umaga po sa inyong lahat",
        "ကောင်းသောနေ့ပါ",
        "สวัสดีตอนเช้าทุกคน",
        "доброе утро всем",
        "좋은 아침입니다 여러분",
        "buenos días a todos los vecinos",
    ],
)
def test_should_invent_nothing_for_a_language_that_the_register_does_not_hold(
    page: Page, client: Client, text: str
) -> None:
    data = asked(client, text)
    assert data["understood"] == []
    soup = page("/search/", {"q": text})
    assert not soup.select(".understood, .meant, mark")
    if data["band"] is None:
        # What was sought are people who speak the language; the ear may add a desk that it is sure of, and its second.
        assert sum(hit["institution_type"] != "tabunka" for hit in data["hits"]) <= 2


def test_should_keep_no_word_of_another_language(client: Client) -> None:
    client.get("/search/", {"q": "magandang umaga"})
    client.get("/search/", {"q": "좋은 아침"})
    assert not Miss.objects.exists()


@pytest.mark.parametrize(
    "text",
    [
        "안녕하세요 가정폭력 상담원 교육이 있나요",
        "मोमो खाँदा हाँसेर मर्छु",
        "me muero de risa",
        "патч для игры",
        "บริษัทกำจัดปลวก จะฆ่าปลวก",
        "hp saya mau mati baterai habis",
    ],
)
def test_should_not_hear_danger_in_pattern_words_of_harmless_ones(text: str) -> None:
    assert understand(text).dangers == ()


@pytest.mark.parametrize("hour,first", [(14, "0000-45-1101"), (2, "0120-279-338")])
def test_should_name_first_who_answers_now(page: Page, hour: int, first: str) -> None:
    with time_machine.travel(AFTERNOON.replace(hour=hour), tick=False):
        box = page("/search/", {"q": ASKED["ko"][2]}).select_one("section.foreign")
    assert box.select_one(".call-number").get_text(strip=True) == first


@pytest.mark.parametrize("text", ["ggxyzzy qqq", "je veux mourir", "أريد المساعدة"])
def test_should_offer_english_and_find_nothing_where_nobody_knows_the_language(client: Client, text: str) -> None:
    data = asked(client, text)
    assert data["language"] == "" and data["foreign"]["language"] == "en"
    assert data["foreign"]["desk"]["institution_type"] == "tabunka"
    if data["band"] is None:
        assert data["hits"] == [] and data["desk"]["institution_type"] == "sogo"
