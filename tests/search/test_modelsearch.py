"""The admin's backend by itself: what modelsearch promises to callers, on Japanese, on whichever database the run uses."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from modelsearch.backends import get_search_backend
from modelsearch.backends.base import FilterFieldError, SearchFieldError
from modelsearch.conf import get_app_config
from modelsearch.index import insert_or_update_object
from modelsearch.query import MATCH_ALL, MATCH_NONE, And, Boost, Fuzzy, Not, Or, Phrase, PlainText

from directory.models import Organisation
from search.modelsearch.renewal import renew, waiting_for_renewal
from tests.factories import OrganisationFactory

STOCK = "modelsearch.backends.database"
pytestmark = pytest.mark.django_db


@pytest.fixture
def backend() -> object:
    return get_search_backend()


@pytest.fixture
def groups() -> object:
    """Nine groups, and nothing else, to be found by their names."""
    mark = "試験九団体"
    for name, reading, quote in (
        (
            "夜の居場所 とまり木",
            "よるのいばしょ とまりぎ",
            "不登校やひきこもりの人が、朝まで静かに過ごせる場所を開いています。",
        ),
        ("緑が丘子ども食堂", "みどりがおかこどもしょくどう", "月に2回、だれでも食べられる夕ごはんを用意しています。"),
        (
            "認知症カフェ みかん箱",
            "にんちしょうかふぇ みかんばこ",
            "物忘れが気になる人と家族が、お茶を飲みながら話します。",
        ),
        ("シルバー人材センター", "しるばーじんざいせんたー", "60歳をすぎて少し働きたい人に、仕事を紹介します。"),
        ("介護者の会 ひだまり", "かいごしゃのかい ひだまり", "介護をしている人どうしで、困りごとを相談します。"),
        ("手話サークル こだま", "しゅわさーくる こだま", "聞こえない人と聞こえる人が、手話で話します。"),
        ("Café de Yorozu", "かふぇ ど よろず", "A cosy place for newcomers: coffee, programming, chess."),
        ("年末相談の会", "ねんまつそうだんのかい", "年越しの相談を受けます。AND も NEAR も、ただの言葉です。"),
        ("記号だけの会 ★☆", "きごうだけのかい", "C++ と 100% と _ を使います。"),
    ):
        OrganisationFactory(name=name, reading=reading, quote=quote, locality=mark)
    return Organisation.objects.filter(locality=mark)


def names(results: object) -> list[str]:
    return [organisation.name for organisation in results]


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("ひきこもり", "夜の居場所 とまり木"),
        ("引き籠り", "夜の居場所 とまり木"),
        ("ヒキコモリ", "夜の居場所 とまり木"),
        ("いばしょ", "夜の居場所 とまり木"),
        ("とまりぎ", "夜の居場所 とまり木"),
        ("静か", "夜の居場所 とまり木"),
        ("子供食堂", "緑が丘子ども食堂"),
        ("こども食堂", "緑が丘子ども食堂"),
        ("夕御飯", "緑が丘子ども食堂"),
        ("にんちしょう", "認知症カフェ みかん箱"),
        ("ｼﾙﾊﾞｰ", "シルバー人材センター"),
        ("介護 相談", "介護者の会 ひだまり"),
        ("programming", "Café de Yorozu"),
    ],
)
@pytest.mark.parametrize("way", ["search", "autocomplete"])
def test_should_find_words_in_sentences_and_other_spellings(
    backend: object, groups: object, way: str, words: str, name: str
) -> None:
    assert name in names(getattr(backend, way)(words, groups))


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("いば", "夜の居場所 とまり木"),
        ("とまり", "夜の居場所 とまり木"),
        ("まり木", "夜の居場所 とまり木"),
        ("居場", "夜の居場所 とまり木"),
        ("緑が丘子", "緑が丘子ども食堂"),
        ("ども食", "緑が丘子ども食堂"),
        ("子供食", "緑が丘子ども食堂"),
        ("シルバー人", "シルバー人材センター"),
        ("ルバー", "シルバー人材センター"),
        ("yoro", "Café de Yorozu"),
        ("に", "認知症カフェ みかん箱"),
        ("箱", "認知症カフェ みかん箱"),
    ],
)
def test_should_find_half_of_a_name(backend: object, groups: object, typed: str, name: str) -> None:
    assert name in names(backend.autocomplete(typed, groups))


def test_should_not_find_parts_when_whole_words_are_asked(backend: object, groups: object) -> None:
    assert names(backend.search("yoro", groups)) == []
    assert names(backend.search("居場", groups)) == []


def test_should_find_what_is_typed_and_no_homophones(backend: object, groups: object) -> None:
    assert names(backend.autocomplete("開後", groups)) == []
    assert names(backend.autocomplete("にんちしょう", groups)) == ["認知症カフェ みかん箱"]
    assert names(backend.autocomplete("いば", groups)) == ["夜の居場所 とまり木"]


def test_should_find_every_name_that_contains_what_is_typed(backend: object) -> None:
    for part in ("ひきこもり", "センター", "相談室", "の会", "市社会", "サロン", "包括支", "ん"):
        contained = set(Organisation.objects.filter(name__contains=part).values_list("pk", flat=True))
        found = {organisation.pk for organisation in backend.autocomplete(part, Organisation)}
        if part == "ん":
            # One kana alone is the beginning of a sound: everything contains it.
            assert len(found) < len(contained)
        else:
            assert contained, part
            assert contained <= found, part


def test_should_do_what_the_stock_backend_does_not(backend: object, groups: object) -> None:
    stock = get_search_backend(STOCK)
    words = ["ひきこもり", "子供食堂", "ｼﾙﾊﾞｰ", "いばしょ", "家族"]
    ours = [backend.autocomplete(word, groups).count() for word in words]
    for group in groups:
        stock.add(group)
    # Without the filter, which the stock backend refuses.
    theirs = [
        sum(group in groups for way in (stock.autocomplete, stock.search) for group in way(word, Organisation))
        for word in words
    ]
    assert ours == [1, 1, 1, 1, 1]
    assert theirs == [0, 0, 0, 0, 0]


def test_should_show_names_before_sentences(backend: object, groups: object) -> None:
    assert names(backend.autocomplete("相談", groups)) == ["年末相談の会", "介護者の会 ひだまり"]
    assert names(backend.search("相談", groups)) == ["年末相談の会", "介護者の会 ひだまり"]


def test_should_join_words_by_and_or_or(backend: object, groups: object) -> None:
    assert names(backend.search("手話 介護", groups)) == []
    assert set(names(backend.search("手話 介護", groups, operator="or"))) == {
        "手話サークル こだま",
        "介護者の会 ひだまり",
    }
    assert len(backend.autocomplete(PlainText("手話 介護", operator="or"), groups)) == 2


def test_should_combine_queries(backend: object, groups: object) -> None:
    sign, care, cafe = PlainText("手話"), PlainText("介護"), PlainText("カフェ")
    assert set(names(backend.search(sign | care, groups))) == {"手話サークル こだま", "介護者の会 ひだまり"}
    assert names(backend.search(And([PlainText("話す"), sign]), groups)) == ["手話サークル こだま"]
    assert names(backend.search(PlainText("話す") & ~sign, groups)) == ["認知症カフェ みかん箱"]
    assert len(backend.search(~sign, groups)) == 8
    assert len(backend.search(~(sign | care), groups)) == 7
    assert len(backend.search(Or([Not(sign), sign]), groups)) == 9
    assert names(backend.search(Or([And([sign, ~care]), And([cafe, ~sign])]), groups.order_by("pk")))[:1]
    assert names(backend.search(~~sign, groups)) == ["手話サークル こだま"]


def test_should_know_everything_and_nothing(backend: object, groups: object) -> None:
    word = PlainText("手話")
    assert len(backend.search(MATCH_ALL, groups)) == len(backend.search(Not(MATCH_NONE), groups)) == 9
    assert len(backend.search(word | MATCH_ALL, groups)) == 9
    assert len(backend.search(word & MATCH_ALL, groups)) == len(backend.search(word | MATCH_NONE, groups)) == 1
    assert len(backend.search(MATCH_NONE, groups)) == len(backend.search(word & MATCH_NONE, groups)) == 0
    assert len(backend.search("", groups)) == len(backend.search("手話", groups.none())) == 0


def test_should_find_phrases_in_their_order(backend: object, groups: object) -> None:
    assert names(backend.search(Phrase("居場所 とまり木"), groups)) == ["夜の居場所 とまり木"]
    assert names(backend.search(Phrase("とまり木 居場所"), groups)) == []
    assert names(backend.autocomplete(Phrase("人材セン"), groups)) == ["シルバー人材センター"]


def test_should_refuse_what_it_cannot_do(backend: object, groups: object) -> None:
    with pytest.raises(NotImplementedError, match="Fuzzy"):
        list(backend.search(Fuzzy("手話"), groups))
    assert names(backend.search(Boost(PlainText("手話"), 2), groups)) == ["手話サークル こだま"]
    with pytest.raises(SearchFieldError):
        backend.search("手話", groups, fields=["uuid"])
    with pytest.raises(FilterFieldError):
        backend.search("手話", groups).facet("quote")


def test_should_search_single_fields(backend: object, groups: object) -> None:
    assert names(backend.search("ひきこもり", groups, fields=["quote"])) == ["夜の居場所 とまり木"]
    assert names(backend.search("ひきこもり", groups, fields=["name", "reading"])) == []
    assert names(backend.autocomplete("いば", groups, fields=["name"])) == ["夜の居場所 とまり木"]
    assert len(backend.search("ひきこもり", groups, fields=[])) == 0


def test_should_keep_the_order_that_is_asked_for(backend: object, groups: object) -> None:
    up = names(backend.search("の", groups.order_by("reading"), order_by_relevance=False))
    assert up == []
    found = backend.search("話す 相談", groups.order_by("reading"), operator="or", order_by_relevance=False)
    assert names(found) == ["介護者の会 ひだまり", "手話サークル こだま", "認知症カフェ みかん箱", "年末相談の会"]
    assert names(found[1:3]) == names(found)[1:3]
    latest = backend.search("話す 相談", groups.order_by(), operator="or", order_by_relevance=False)
    assert [group.pk for group in latest] == sorted((group.pk for group in latest), reverse=True)


def test_should_cut_pages_that_do_not_overlap(backend: object, groups: object) -> None:
    found = backend.autocomplete("会 カフェ 食堂 手話", groups, operator="or")
    pages = [name for start in range(0, 8, 2) for name in names(found[start : start + 2])]
    assert pages == names(found)
    assert len(set(pages)) == found.count() == len(found)
    assert found[0].name == names(found)[0]
    assert found[2:5].count() == 3
    assert found[:3][:6].count() == 3
    assert names(found[100:120]) == []


def test_should_tell_the_points(backend: object, groups: object) -> None:
    scored = list(backend.search("相談", groups).annotate_score("points"))
    assert [type(group.points) for group in scored] == [float, float]
    assert scored[0].points > scored[1].points > 0


def test_should_filter_by_any_column(backend: object, groups: object) -> None:
    assert len(backend.search("相談", groups.filter(source="", municipality__slug="yorozu", roles=None))) == 2
    assert len(backend.search("相談", groups.exclude(type__code="ibasho"))) == 0
    assert backend.search("相談", groups).facet("municipality_id").popitem()[1] == 2


def test_should_count_with_few_queries(backend: object, groups: object, django_assert_max_num_queries: object) -> None:
    results = backend.autocomplete("相談", groups)
    with django_assert_max_num_queries(5):
        assert results.count() == 2
        assert len(results) == 2
    with django_assert_max_num_queries(0):
        assert results.count() == len(list(results)) == 2


HOSTILE = [
    "!!??",
    "★☆",
    "😀",
    "👩‍👩‍👧 家族",
    "\x00",
    "相\x00談",
    '"',
    '"" OR ""',
    "'); DROP TABLE x; --",
    "AND",
    "OR NOT NEAR(",
    "NEAR(相談 手話, 3)",
    "相談*",
    "title:相談",
    "{title} : x",
    "a & b | !c <-> d:*",
    "\\",
    "%s %(x)s %",
    "\ue000いばし \ue001い",
    "\ud800",
    "c++",
    "-相談",
    " ",
    "　",
    "は",
    "ー",
    "ｱ",
    "あ" * 1_000_000,
    "相談 " * 300_000,
    '"相談" ' * 1_000,
    "\n\t",
    "ǅ ﷺ Ⅷ ㍿",
    "قهوة ሰላም ไทย",
    "𠮷 𩸽",
]


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_should_answer_whatever_is_typed(backend: object, groups: object, words: str) -> None:
    for query in (
        words,
        PlainText(words, operator="or"),
        Phrase(words),
        ~PlainText(words),
        Phrase(words) | PlainText(words),
    ):
        for way in (backend.search, backend.autocomplete):
            results = way(query, groups)
            assert len(results) == results.count()


@pytest.mark.parametrize("words", [*HOSTILE, "段落\n" * 100_000], ids=range(len(HOSTILE) + 1))
def test_should_keep_whatever_is_written(backend: object, words: str) -> None:
    group = OrganisationFactory(name="何でも書く会")
    group.name, group.quote = words[:120], words
    backend.add(group)
    group.quote = f"それでも見つかる言葉 {words}"
    backend.add(group)
    assert group in backend.search("見つかる", Organisation)
    assert group.index_entries.count() == 1


def test_should_pass_over_signs_beside_words(backend: object, groups: object) -> None:
    assert names(backend.search("★ 手話 !!", groups)) == ["手話サークル こだま"]
    assert names(backend.search(And([Phrase("!!"), PlainText("手話")]), groups)) == ["手話サークル こだま"]
    assert names(backend.search("!!", groups)) == []


def test_should_follow_saving_and_deleting(backend: object, groups: object) -> None:
    group = groups.get(name="手話サークル こだま")
    group.name, group.reading = "点訳サークル こだま", "てんやくさーくる こだま"
    group.quote = ""
    group.save()
    assert names(backend.search("点訳", groups)) == ["点訳サークル こだま"]
    assert group not in backend.search("手話", Organisation)
    entries = get_app_config().get_model("IndexEntry").objects
    key = str(group.pk)
    group.delete()
    assert not entries.filter(object_id=key, content_type__model="organisation").exists()
    assert names(backend.search("点訳", groups)) == []


def test_should_rebuild_with_wagtails_own_command(backend: object, groups: object) -> None:
    get_app_config().get_model("IndexEntry").objects.all().delete()
    assert names(backend.search("手話", groups)) == []
    call_command("update_index", stdout=StringIO())
    assert names(backend.search("手話", groups)) == ["手話サークル こだま"]
    backend.reset_indexes()
    assert names(backend.search("手話", groups)) == []


def test_should_renew_what_is_old_and_what_is_missing(backend: object, groups: object) -> None:
    backend.delete(groups.get(name="手話サークル こだま"))
    stock = get_search_backend(STOCK)
    stock.add(groups.get(name="介護者の会 ひだまり"))
    assert names(backend.search("困りごと", groups)) == names(backend.search("手話", groups)) == []
    assert renew() == get_app_config().get_model("IndexEntry").objects.count()
    assert names(backend.search("困りごと", groups)) == ["介護者の会 ひだまり"]
    assert names(backend.search("手話", groups)) == ["手話サークル こだま"]


def test_should_read_nothing_while_somebody_loads_in_bulk_and_everything_afterwards(
    backend: object, groups: object
) -> None:
    group = groups.get(name="手話サークル こだま")
    with waiting_for_renewal():
        group.name = "朝の太極拳"
        group.save()
        assert names(backend.search("太極拳", groups)) == []
        assert names(backend.search("手話", groups)) == [group.name]
    assert renew() > 0
    assert names(backend.search("太極拳", groups)) == ["朝の太極拳"]


def test_should_write_a_record_in_one_statement(
    backend: object, groups: object, django_assert_num_queries: object
) -> None:
    group = groups.first()
    insert_or_update_object(group)
    # The channels of its text, and the row.
    with django_assert_num_queries(2):
        backend.add(group)
