"""What every engine must do: inherit `EngineContract` and give a fixture `engine` with an empty index."""

from datetime import date
from typing import get_args

import pytest

from search.documents import SearchDocument, known_facets
from search.engines.base import Cursor, EngineQuery, Sort
from search.questions.query import understand
from tests.search.counting import CountingContract

HOSTILE_VALUES = ["\x00", "a\x00b", "😀", "あ" * 10_000, '"', "(", "kind:x AND *", "\\", "", "\ud800", "../x", "'; --"]
SAPPORO, SENDAI, NAGOYA = (43.06, 141.35), (38.27, 140.87), (35.18, 136.91)
TOKYO = (35.68, 139.77)
SORTS = get_args(Sort)
# How each order puts the same documents; the fourth says nothing that it could be put by.
ORDERS = {
    "relevance": ["d:3"],
    "reading": ["d:2", "d:3", "d:1", "d:4"],
    "verified": ["d:3", "d:1", "d:2", "d:4"],
    "distance": ["d:2", "d:1", "d:3", "d:4"],
}


def document(number, title="題", **fields) -> SearchDocument:
    return SearchDocument(key=f"d:{number}", title=title, **fields)


class EngineContract(CountingContract):
    """Behaviour only; nothing here knows an engine."""

    def ask(self, engine, text="", **options):
        question = understand(text)
        return engine.search(EngineQuery(question.clauses, question.minimum_match, **options))

    def keys(self, engine, text="", **options) -> list[str]:
        return [hit.key for hit in self.ask(engine, text, **options).hits]

    # finding

    @pytest.mark.parametrize("name", ["title", "labels", "summary", "body"])
    def test_should_find_by_each_text_field(self, engine, name):
        engine.apply([document(1, **{name: "認知症カフェ"}), document(2, "草刈り")], [])
        assert self.keys(engine, "認知症") == ["d:1"]

    def test_should_find_by_the_given_reading(self, engine):
        engine.apply([document(1, "七夕会館", reading="しちせきかいかん"), document(2, "草刈り")], [])
        assert self.keys(engine, "しちせきかいかん") == ["d:1"]

    @pytest.mark.parametrize(
        ("asked", "title"),
        [
            ("いばしょ", "みんなの居場所"),
            ("にんちしょう", "認知症カフェ"),
            ("ヒキコモリ", "ひきこもりの家族会"),
            ("ぼらんてぃあ", "ボランティアセンター"),
            ("はろーわーく", "ハローワーク"),
            ("ふとうこう", "不登校の親の会"),
            ("子供食堂", "こども食堂"),
            ("こども食堂", "子ども食堂"),
            ("ｼﾙﾊﾞｰ人材センター", "シルバー人材センター"),
            ("地域包括", "地域包括支援センター"),
            ("障がい", "障害者就業・生活支援センター"),
            ("AI", "ai講座"),
            ("ngoài", "người nước ngoài"),
        ],
    )
    def test_should_find_other_spellings(self, engine, asked, title):
        engine.apply([document(1, title), document(2, "草刈り")], [])
        assert self.keys(engine, asked) == ["d:1"]

    def test_should_find_a_reading_in_labels_below_one_in_titles(self, engine):
        engine.apply([document(1, "ふれあいサロン", labels="居場所"), document(2, "居場所")], [])
        assert self.keys(engine, "いばしょ") == ["d:2", "d:1"]

    def test_should_rank_title_above_summary_above_body(self, engine):
        engine.apply(
            [document(1, body="就労"), document(2, summary="就労"), document(3, "就労"), document(4, "体操")], []
        )
        assert self.keys(engine, "就労") == ["d:3", "d:2", "d:1"]

    def test_should_match_as_many_words_as_asked(self, engine):
        engine.apply([document(1, "子育て 食堂"), document(2, "子育て"), document(3, "食堂")], [])
        clauses = understand("子育て 食堂").clauses
        assert {hit.key for hit in engine.search(EngineQuery(clauses, 2)).hits} == {"d:1"}
        assert engine.search(EngineQuery(clauses, 1)).hits[0].key == "d:1"
        assert engine.search(EngineQuery(clauses, 1)).total == 3

    def test_should_not_need_optional_clauses(self, engine):
        engine.apply([document(1, "母の会"), document(2, "母の会 80")], [])
        assert self.keys(engine, "80歳の母") == ["d:2", "d:1"]

    def test_should_match_values_beside_words(self, engine):
        engine.apply(
            [
                document(1, "草刈り", facets={"type": ("hikiko",), "area": ("a",)}),
                document(2, "部屋の片づけ", facets={"type": ("sogo",), "area": ("a",)}),
                document(3, "ひきこもり相談", facets={"type": ("hikiko",), "area": ("b",)}),
                document(4, "体操", facets={"type": ("ibasho",), "area": ("a",)}),
            ],
            [],
        )
        also = {"type": ("hikiko",)}
        assert set(self.keys(engine, "部屋", also=also)) == {"d:1", "d:2", "d:3"}
        assert set(self.keys(engine, "部屋", also=also, filters={"area": ("a",)})) == {"d:1", "d:2"}
        assert self.keys(engine, "部屋", also=also, boosts=(("type", "hikiko", 50.0),))[-1] == "d:2"
        counts = self.ask(engine, "部屋", also=also, facets=("type",)).facets["type"]
        assert counts == {"hikiko": 2, "sogo": 1}
        assert self.ask(engine, "部屋", facets=("type",)).facets["type"] == {"sogo": 1}

    def test_should_leave_out_what_ended_before_the_day(self, engine):
        engine.apply(
            [
                document(1, "草刈り", reading="くさかり", until=date(2026, 11, 26), facets={"type": ("a",)}),
                document(2, "草刈り", reading="くさかり", until=date(2026, 11, 25), facets={"type": ("b",)}),
                document(3, "草刈り", reading="くさかり", facets={"type": ("c",)}),
            ],
            [],
        )
        day = date(2026, 11, 26)
        for text in ("", "草刈り"):
            assert set(self.keys(engine, text)) == {"d:1", "d:2", "d:3"}
            found = self.ask(engine, text, on=day, facets=("type",))
            assert {hit.key for hit in found.hits} == {"d:1", "d:3"}
            assert (found.total, found.facets["type"]) == (2, {"a": 1, "c": 1})
            assert self.keys(engine, text, on=day, filters={"type": ("b", "c")}) == ["d:3"]
        # The next day is another question, also where counts are remembered.
        later = self.ask(engine, on=date(2026, 11, 27), facets=("type",))
        assert (later.total, later.facets["type"]) == (1, {"c": 1})
        assert self.ask(engine, "体操", on=day, also={"type": ("b",)}).total == 0
        assert [hit.key for hit in engine.suggest("くさ", 5, {}, day)] == ["d:1", "d:3"]
        assert len(engine.suggest("くさ", 5)) == 3

    def test_should_put_what_nobody_confirmed_behind_what_fits_as_well(self, engine):
        engine.apply(
            [
                document(1, "草刈り", due=date(2026, 7, 1)),
                document(2, "草刈り", due=date(2026, 7, 2)),
                document(3, "草刈り"),
                document(4, body="草刈り"),
                document(5, "体操", due=date(2026, 7, 1)),
            ],
            [],
        )
        day, later = date(2026, 7, 1), date(2026, 7, 2)
        assert self.keys(engine, "草刈り", demoted=day)[2:] == ["d:1", "d:4"], "behind equals, before what hardly fits"
        # The same index, asked a day later: nothing was written.
        assert self.keys(engine, "草刈り", demoted=later)[0] == "d:3"
        assert self.keys(engine, "草刈り", demoted=later)[-1] == "d:4"
        assert set(self.keys(engine, demoted=day)[3:]) == {"d:1", "d:5"}, "also where no words are asked"
        for other in ("reading", "verified"):
            assert self.keys(engine, "草刈り", demoted=day, sort=other) == self.keys(engine, "草刈り", sort=other)
        assert self.ask(engine, "草刈り", demoted=day).total == 4, "nothing is left out"

    def test_should_order_what_only_filters_ask_for(self, engine):
        kinds = {"kind": ("desk",)}
        engine.apply(
            [
                document(1, due=date(2026, 7, 1), quality=9, facets=kinds),
                document(2, quality=1, facets=kinds),
                document(3, quality=3, facets=kinds),
                document(4, quality=10, facets={"kind": ("place",)}),
            ],
            [],
        )
        day = date(2026, 7, 1)
        assert self.keys(engine, filters=kinds) == ["d:1", "d:3", "d:2"]
        assert self.keys(engine, filters=kinds, demoted=day) == ["d:3", "d:2", "d:1"]
        assert self.keys(engine, filters=kinds, on=day) == ["d:1", "d:3", "d:2"]
        assert self.keys(engine, demoted=day) == ["d:4", "d:3", "d:2", "d:1"]

    def test_should_answer_all_documents_to_an_empty_query(self, engine):
        engine.apply([document(number) for number in range(5)], [])
        assert self.ask(engine).total == 5

    def test_should_find_nothing_in_an_empty_index(self, engine):
        result = self.ask(engine, "居場所", facets=known_facets())
        assert (result.total, result.hits) == (0, ())
        assert result.facets == {facet: {} for facet in known_facets()}

    def test_should_let_quality_decide_between_equals_only(self, engine):
        engine.apply(
            [document(1, "居場所"), document(2, "居場所", quality=10), document(3, body="居場所", quality=10)], []
        )
        assert self.keys(engine, "居場所") == ["d:2", "d:1", "d:3"]

    def test_should_lift_boosted_values_without_filtering(self, engine):
        engine.apply([document(1, "居場所"), document(2, "居場所", facets={"kind": ("desk",)})], [])
        assert self.keys(engine, "居場所", boosts=(("kind", "desk", 5.0),)) == ["d:2", "d:1"]

    # filters and facets

    @pytest.fixture
    def town(self, engine):
        engine.apply(
            [
                document(1, facets={"kind": ("desk",), "field": ("child", "poverty")}),
                document(2, facets={"kind": ("place",), "field": ("child",)}),
                document(3, facets={"kind": ("place",), "field": ("aged",), "area": ("north east",)}),
                document(4),
            ],
            [],
        )
        return engine

    def test_should_join_values_by_or_and_facets_by_and(self, town):
        assert set(self.keys(town, filters={"kind": ("desk", "place")})) == {"d:1", "d:2", "d:3"}
        assert self.keys(town, filters={"kind": ("place",), "field": ("child", "poverty")}) == ["d:2"]
        assert self.keys(town, filters={"area": ("north east",)}) == ["d:3"]

    def test_should_ignore_an_empty_filter(self, town):
        assert self.ask(town, filters={"kind": ()}).total == 4

    def test_should_count_values(self, town):
        facets = self.ask(town, facets=("kind", "field", "area")).facets
        assert facets == {
            "kind": {"place": 2, "desk": 1},
            "field": {"child": 2, "poverty": 1, "aged": 1},
            "area": {"north east": 1},
        }

    def test_should_ignore_the_own_filter_when_counting(self, town):
        result = self.ask(town, filters={"kind": ("place",), "field": ("child",)}, facets=("kind", "field", "area"))
        assert result.total == 1
        assert result.facets == {"kind": {"place": 1, "desk": 1}, "field": {"child": 1, "aged": 1}, "area": {}}

    def test_should_count_a_repeated_value_once(self, engine):
        engine.apply([document(1, facets={"day": ("sat", "sat")})], [])
        assert self.ask(engine, facets=("day",)).facets == {"day": {"sat": 1}}

    @pytest.mark.parametrize("value", HOSTILE_VALUES, ids=ascii)
    def test_should_take_any_filter_value(self, town, value):
        assert self.ask(town, filters={"kind": (value,)}, facets=("kind", "field")).total == 0
        assert self.ask(town, filters={"kind": (value, "desk")}, boosts=(("field", value, 1.0),)).total == 1

    @pytest.mark.parametrize("value", HOSTILE_VALUES, ids=ascii)
    def test_should_take_any_question_and_any_text(self, engine, value):
        engine.apply([document(1, title=value, body=value, facets={"kind": (value,)}, row={"title": value})], [])
        assert self.ask(engine, value, facets=known_facets()).total in {0, 1}
        assert self.ask(engine).hits[0].row == {"title": value}

    def test_should_refuse_unknown_facets(self, engine):
        with pytest.raises(ValueError, match="colour"):
            engine.apply([document(1, facets={"colour": ("red",)})], [])
        with pytest.raises(ValueError, match="colour"):
            EngineQuery(filters={"colour": ("red",)})

    # order

    @pytest.mark.parametrize("sort", SORTS)
    def test_should_know_every_order(self, engine, sort):
        assert sort in ORDERS, (
            f"In which order does {sort!r} put these? An engine that does not know it goes by relevance."
        )
        engine.apply(
            [
                document(1, "居場所", reading="うみ", verified=date(2026, 1, 2), lat=SENDAI[0], lon=SENDAI[1]),
                document(2, "相談", reading="あお", verified=date(2026, 1, 1), lat=TOKYO[0], lon=TOKYO[1]),
                document(
                    3, "手話", reading="いえ", verified=date(2026, 1, 3), lat=SAPPORO[0], lon=SAPPORO[1], quality=9
                ),
                document(4, "催し"),
            ],
            [],
        )
        assert self.keys(engine, sort=sort, near=TOKYO)[: len(ORDERS[sort])] == ORDERS[sort]

    def test_should_sort_by_reading_with_the_unread_last(self, engine):
        engine.apply(
            [
                document(1, "無題"),
                document(2, reading="ヤマ"),
                document(3, reading="あさひ"),
                document(4, reading="さーくる"),
                document(5, reading="さい"),
            ],
            [],
        )
        assert self.keys(engine, sort="reading") == ["d:3", "d:4", "d:5", "d:2", "d:1"]

    def test_should_sort_by_verification_newest_first_and_never_verified_last(self, engine):
        engine.apply(
            [document(1), document(2, verified=date(2026, 1, 1)), document(3, verified=date(2026, 11, 20))], []
        )
        assert self.keys(engine, sort="verified") == ["d:3", "d:2", "d:1"]

    def test_should_sort_by_distance_with_the_placeless_last(self, engine):
        engine.apply(
            [
                document(1),
                document(2, lat=SAPPORO[0], lon=SAPPORO[1]),
                document(3, lat=TOKYO[0], lon=TOKYO[1]),
                document(4, lat=NAGOYA[0], lon=NAGOYA[1]),
                document(5, lat=SENDAI[0], lon=SENDAI[1]),
                document(6, lat=-33.9, lon=-70.7),
            ],
            [],
        )
        result = self.ask(engine, sort="distance", near=TOKYO)
        assert [hit.key for hit in result.hits] == ["d:3", "d:4", "d:5", "d:2", "d:6", "d:1"]
        kilometres = [hit.distance_km for hit in result.hits]
        assert kilometres[0] == pytest.approx(0, abs=0.01)
        assert kilometres[1] == pytest.approx(264, abs=5)
        assert kilometres[-1] is None

    @pytest.mark.parametrize("near", [(90.0, 0.0), (-90.0, 180.0), (0.0, 180.0), (0.0, -180.0)])
    def test_should_measure_at_the_edges_of_the_map(self, engine, near):
        engine.apply([document(1, lat=near[0] * 0.99, lon=-near[1]), document(2, lat=35.0, lon=135.0)], [])
        assert self.keys(engine, sort="distance", near=near) == ["d:1", "d:2"]

    def test_should_tell_distances_in_any_order(self, engine):
        engine.apply([document(1, lat=SENDAI[0], lon=SENDAI[1]), document(2)], [])
        distances = {hit.key: hit.distance_km for hit in self.ask(engine, near=TOKYO).hits}
        assert distances["d:1"] == pytest.approx(304, abs=5)
        assert distances["d:2"] is None

    @pytest.mark.parametrize("near", [(91.0, 0.0), (0.0, 181.0), (float("nan"), 0.0), (0.0, float("inf"))])
    def test_should_refuse_places_off_the_map(self, near):
        with pytest.raises(ValueError, match="degrees"):
            EngineQuery(near=near)

    @pytest.mark.parametrize("sort", SORTS)
    def test_should_show_every_document_on_exactly_one_page(self, engine, sort):
        engine.apply(
            [
                document(
                    number,
                    "居場所",
                    reading="いばしょ" if number % 3 else "",
                    quality=number % 2,
                    verified=date(2026, 1, 1 + number % 5) if number % 4 else None,
                    lat=35.0 + number % 7 / 10 if number % 5 else None,
                    lon=139.0 if number % 5 else None,
                )
                for number in range(53)
            ],
            [],
        )
        pages = [
            self.keys(engine, "居場所", sort=sort, near=TOKYO, offset=offset, limit=10) for offset in range(0, 60, 10)
        ]
        assert [len(page) for page in pages] == [10, 10, 10, 10, 10, 3]
        whole = self.keys(engine, "居場所", sort=sort, near=TOKYO, limit=100)
        assert [key for page in pages for key in page] == whole
        assert len(set(whole)) == 53

    @pytest.mark.parametrize("sort", SORTS)
    @pytest.mark.parametrize("offset", [3, 1_000, 10**9])
    def test_should_answer_beyond_the_end_with_the_total(self, engine, sort, offset):
        engine.apply([document(number) for number in range(3)], [])
        result = self.ask(engine, sort=sort, near=TOKYO, offset=offset)
        assert (result.total, result.hits) == (3, ())

    def test_should_count_without_hits(self, engine):
        engine.apply([document(1, facets={"kind": ("desk",)})], [])
        result = self.ask(engine, limit=0, facets=("kind",))
        assert (result.total, result.hits, result.facets) == (1, (), {"kind": {"desk": 1}})

    # writing

    def test_should_suggest_by_the_beginning_of_the_reading(self, engine):
        engine.apply(
            [
                document(1, "居場所 とまり木", reading="いばしょとまりぎ", row={"title": "居場所 とまり木"}),
                document(2, "いばら会", reading="イバラカイ"),
                document(3, "家族会", reading="かぞくかい"),
                document(4, "いば"),
            ],
            [],
        )
        assert [hit.key for hit in engine.suggest("いば", 10)] == ["d:1", "d:2"]
        assert [hit.row for hit in engine.suggest("いばしょ", 1)] == [{"title": "居場所 とまり木"}]
        assert engine.suggest("いば", 1)[0].key == "d:1"

    def test_should_suggest_only_what_passes_the_filters(self, engine):
        engine.apply(
            [
                document(1, "居場所 東", reading="いばしょ", facets={"area": ("east", "city")}),
                document(2, "居場所 西", reading="いばしょ", facets={"area": ("west", "city")}),
                document(3, "居場所 よそ", reading="いばしょ", facets={"area": ("elsewhere",)}),
            ],
            [],
        )
        assert [hit.key for hit in engine.suggest("いば", 10, {"area": ("city",)})] == ["d:1", "d:2"]
        assert [hit.key for hit in engine.suggest("いば", 10, {"area": ("west", "elsewhere")})] == ["d:2", "d:3"]
        assert len(engine.suggest("いば", 10, {})) == 3

    @pytest.mark.parametrize("prefix", ["", "か.*", "*", "か?", "\ud800", "x" * 5_000, "か\x00", "かぞくかいa"])
    def test_should_suggest_nothing_for_what_no_reading_begins_with(self, engine, prefix):
        engine.apply([document(3, "家族会", reading="かぞくかい")], [])
        assert engine.suggest(prefix, 5) == ()

    def test_should_hand_back_the_row_untouched(self, engine):
        row = {"title": "居場所 <b>&", "nested": {"a": [1, 2.5, None, True, "😀"]}, "url": "/resources/x/", "empty": ""}
        engine.apply([document(1, row=row)], [])
        assert self.ask(engine).hits[0].row == row

    def test_should_replace_a_document_of_the_same_key(self, engine):
        engine.apply([document(1, "居場所")], [])
        engine.apply([document(1, "体操")], [])
        assert self.keys(engine, "居場所") == []
        assert self.keys(engine, "体操") == ["d:1"]
        assert self.ask(engine).total == 1

    def test_should_apply_the_same_twice_without_effect(self, engine):
        for _time in range(2):
            engine.apply([document(1, "居場所"), document(1, "居場所")], ["d:2", "d:2"])
        assert self.ask(engine).total == 1

    def test_should_delete(self, engine):
        engine.apply([document(1), document(2)], [])
        engine.apply([], ["d:1", "d:99"])
        assert self.keys(engine) == ["d:2"]

    def test_should_tell_fingerprints_that_follow_the_content(self, engine):
        engine.apply([document(1, "居場所"), document(2, "居場所")], [])
        before = engine.fingerprints()
        engine.apply([document(1, "体操")], ["d:2"])
        assert set(before) == {"d:1", "d:2"}
        assert set(engine.fingerprints()) == {"d:1"}
        assert engine.fingerprints()["d:1"] != before["d:1"]

    def test_should_apply_all_or_nothing(self, engine):
        engine.apply([document(1)], [])
        with pytest.raises(ValueError, match="colour"):
            engine.apply([document(2), document(3, facets={"colour": ("red",)})], ["d:1"])
        assert self.keys(engine) == ["d:1"]

    def test_should_rebuild_from_nothing_but_the_documents(self, engine):
        engine.apply([document(1)], [])
        counts = []
        assert engine.rebuild((document(number) for number in (2, 3)), progress=counts.append) == 2
        assert set(self.keys(engine)) == {"d:2", "d:3"}
        assert counts[-1] == 2

    def test_should_keep_the_last_of_a_key_when_rebuilding(self, engine):
        assert engine.rebuild([document(1, "居場所"), document(1, "体操")]) == 1
        assert self.keys(engine, "体操") == ["d:1"]
        assert self.ask(engine).total == 1

    def test_should_answer_from_the_old_index_while_rebuilding(self, engine):
        engine.apply([document(1)], [])

        def documents():
            yield document(2)
            assert self.keys(engine) == ["d:1"]

        engine.rebuild(documents())
        assert self.keys(engine) == ["d:2"]

    def test_should_keep_the_old_index_when_rebuilding_fails(self, engine):
        engine.apply([document(1)], [])
        engine.cursor = Cursor(7)

        def documents():
            yield document(2)
            raise RuntimeError("database gone")

        with pytest.raises(RuntimeError, match="database gone"):
            engine.rebuild(documents(), cursor=Cursor(9))
        assert self.keys(engine) == ["d:1"]
        assert engine.cursor == Cursor(7)

    def test_should_take_changes_while_rebuilding(self, engine):
        def documents():
            engine.apply([document(1)], [])
            yield document(2)

        engine.rebuild(documents())
        assert self.keys(engine) == ["d:2"]

    def test_should_keep_the_cursor_with_the_index(self, engine):
        assert engine.cursor == Cursor()
        engine.cursor = Cursor(41, {39: 12.5})
        assert engine.cursor == Cursor(41, {39: 12.5})
        engine.rebuild([], cursor=Cursor(40))
        assert engine.cursor == Cursor(40)

    def test_should_keep_the_mark_with_the_cursor(self, engine):
        engine.cursor = Cursor(41, {}, "c1")
        engine.apply([document(1)], [])
        assert engine.cursor == Cursor(41, {}, "c1")
        assert not engine.is_outdated(), "the shape is kept beside it"

    def test_should_be_of_this_version_when_it_is_whole(self, engine):
        engine.examine()
        assert not engine.is_outdated()
        with engine.rebuilding():
            engine.rebuild([document(1)])
        assert not engine.is_outdated()

    def test_should_tell_its_status(self, engine):
        engine.apply([document(1)], [])
        status = engine.status()
        assert status.available
        assert status.documents == 1
        assert status.built_at is not None
