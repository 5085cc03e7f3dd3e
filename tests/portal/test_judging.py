"""Figures over files of questions: the optional columns, each counted over the rows that fill it."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from directory.judging.evaluation import Judged, judge, read_queries, summary
from portal.models.base import default_municipality

pytestmark = pytest.mark.django_db
TODAY = {"first@3", "first_or_second@3", "dead_ends", "band_recall", "band_false_alarms"}


def judged(folder: Path, columns: str, *rows: str) -> list[Judged]:
    file = folder / "q.csv"
    file.write_text("\n".join([f"id,query,first,second,banner{columns}", *rows]) + "\n", encoding="utf-8")
    return judge(read_queries(file), default_municipality())


def figures(folder: Path, columns: str, *rows: str) -> dict[str, float]:
    return {name: value for name, value in summary(judged(folder, columns, *rows)).items() if name not in TODAY}


def test_should_keep_the_figures_of_today_where_no_row_asks_for_more(tmp_path: Path) -> None:
    plain = ("1,死にたい,kokoro,,yes", "2,借金が返せない,konkyu,,")
    assert figures(tmp_path, "", *plain) == {}
    assert figures(tmp_path, ",topic,line,side,desk,language", *(row + ",,,,," for row in plain)) == {}
    assert set(summary(judged(tmp_path, "", *plain))) == TODAY


def test_should_count_a_topic_or_its_kin(tmp_path: Path) -> None:
    rows = (
        "1,死にたい,kokoro,,yes,suicide",
        "2,死にたい,kokoro,,yes,fraud+suicide",
        "3,家が燃えてる,emergency,,yes,ill",
        "4,死にたい,kokoro,,yes,fraud",
        "5,太鼓を叩く会,,ibasho,yes,violence",
        "6,死にたい,kokoro,,yes,",
        "7,借金が返せない,konkyu,,,money",
    )
    assert figures(tmp_path, ",topic", *rows) == {"topic": 0.6}


def test_should_count_first_line_side_and_language(tmp_path: Path) -> None:
    rows = (
        "1,家が燃えてる,emergency,,yes,119番（消防・救急）,,ja",
        "2,家が燃えてる,emergency,,yes,こども医療でんわ相談,neighbour,",
        "3,友だちが死にたいとラインしてきた,kokoro,,yes,,family,en",
        "4,借金が返せない,konkyu,,,,me,ja",
        "5,太鼓を叩く会,,ibasho,yes,,me,",
    )
    assert figures(tmp_path, ",line,side,language", *rows) == {"first_line": 0.5, "side": 0.3333, "language": 0.6667}


def test_should_count_the_very_desk_among_the_first_three(tmp_path: Path) -> None:
    (first,) = judged(tmp_path, "", "1,借金が返せない,konkyu,,")
    name = first.came["desk"]
    rows = (
        f"1,借金が返せない,konkyu,,,{name}",
        "2,借金が返せない,konkyu,,,どこにもない窓口",
        "3,借金が返せない,konkyu,,,",
    )
    assert figures(tmp_path, ",desk", *rows) == {"desk": 0.5}


def test_should_count_the_desk_below_a_band(tmp_path: Path) -> None:
    (first,) = judged(tmp_path, "", "1,死にたい,kokoro,,yes")
    assert first.came["desk"]
    assert figures(tmp_path, ",desk", f"1,死にたい,kokoro,,yes,{first.came['desk']}") == {"desk": 1.0}


def test_should_write_what_came_for_each_question(tmp_path: Path) -> None:
    file = tmp_path / "q.csv"
    file.write_text("id,query,first,second,banner,topic\n1,死にたい,kokoro,,yes,fraud\n", encoding="utf-8")
    out = StringIO()
    call_command("evaluate_search", "--queries", str(file), "--json", stdout=out)
    found = json.loads(out.getvalue())
    assert found["topic"] == 0.0
    assert found["queries"][0]["came"]["topic"].startswith("suicide")
    assert found["queries"][0]["right"] == {"topic": False}
    out = StringIO()
    call_command("evaluate_search", "--queries", str(file), stdout=out)
    assert "×topic:suicide" in out.getvalue()
