"""The vocabulary as files: out and in without loss, refused as a whole with the rows named."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from directory.fixtures import FIXTURES, FixtureError, read_csv
from directory.models import DangerPattern, DangerTopic, Need, Phrase, StopWord, SynonymGroup
from directory.vocabulary.files import FORMATS, export_csv, import_csv

pytestmark = pytest.mark.django_db
LANGUAGES = {"ja", "yasashii", "en", "zh", "pt", "vi"}


def refused(kind: str, text: str) -> list[str]:
    before = export_csv(kind)
    with pytest.raises(FixtureError) as error:
        import_csv(kind, text)
    assert export_csv(kind) == before, "a file with a mistake changes nothing"
    return error.value.problems


@pytest.mark.parametrize("kind", sorted(FORMATS))
def test_should_come_back_without_loss(kind: str) -> None:
    StopWord.objects.create(word="取材、お願い")
    text = export_csv(kind)
    FORMATS[kind].model.objects.all().delete()
    import_csv(kind, "\ufeff" + text)
    assert sorted(export_csv(kind).splitlines()) == sorted(text.splitlines())
    assert import_csv(kind, text)["created"] == 0


def test_should_ship_words_for_every_need_in_every_language() -> None:
    rows = read_csv("vocabulary/phrases.csv")
    for need in Need.objects.all():
        languages = {row["language"] for row in rows if row["target"] == need.code}
        assert languages == LANGUAGES, need.code


def test_should_have_loaded_what_ships() -> None:
    for kind, model in (("phrases", Phrase), ("synonyms", SynonymGroup), ("danger", DangerPattern)):
        assert model.objects.count() == len(read_csv(f"{kind}.csv", FIXTURES / "vocabulary"))


def test_should_add_change_and_keep() -> None:
    first = SynonymGroup.objects.filter(layer="name").first()
    text = f"layer,words,note\nname,{first.words},新しいメモ\nname,ねこバス／ねこの乗合,\n"
    assert import_csv("synonyms", text) == {"updated": 1, "created": 1}
    first.refresh_from_db()
    assert first.note == "新しいメモ"
    assert first.revisions.exists(), "the change has a history"


def test_should_delete_what_the_file_does_not_name_only_when_told() -> None:
    counts = import_csv("stop_words", "word\nねほりはほり聞く\n")
    assert counts["created"] == 1
    assert import_csv("stop_words", "word\n取材です\n")["deleted"] == 0
    assert import_csv("stop_words", "word\n取材です\n", replace=True)["deleted"] == 1
    assert list(StopWord.objects.values_list("word", flat=True)) == ["取材です"]


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        ("synonyms", "layer,words,note\nname,ひとつだけ,\n", "2行目"),
        ("synonyms", "layer,words,note\nname,甲乙丙／丁戊己,\nname,庚辛壬／甲乙丙,\n", "3行目"),
        ("synonyms", "layer,words,note\nname,甲乙丙／丁戊己,\nname,丁戊己／甲乙丙,\n", "2行目"),
        ("synonyms", "layer,words,note\nname,甲乙丙／甲乙丙,\n", "2回"),
        ("synonyms", "layer,words,note\nname,あ／い,\n", "1文字"),
        ("synonyms", "layer,words,note\nname,／,\n", "2つ以上"),
        ("synonyms", "layer,words,note\nnothing,甲乙丙／丁戊己,\n", "2行目"),
        ("synonyms", "layer,words,note\nname,ハロワ／どこか別の所,\n", "登録済み"),
        ("phrases", "target,language,speaker,phrase\nnothing,ja,person,部屋から出ない\n", "nothing"),
        ("phrases", "target,language,speaker,phrase\ndebt,ja,person,、。\n", "2行目"),
        ("phrases", "target,language,speaker,phrase\ndebt,xx,person,借りすぎたお金\n", "2行目"),
        (
            "phrases",
            "target,language,speaker,phrase\ndebt,ja,person,金が回らん\ndebt,ja,person,金が回らん\n",
            "2行目と同じ",
        ),
        ("danger", "topic,say,unless,note\nsuicide,あ,,\n", "短すぎ"),
        ("danger", "topic,say,unless,note\nsuicide,,,\n", "2行目"),
        ("danger", "topic,say,unless,note\nsuicide,自殺したい,自殺,\n", "いつも"),
        ("danger", "topic,say,unless,note\nnothing,自殺したい,,\n", "nothing"),
        ("stop_words", "word\n、\n", "2行目"),
        ("stop_words", "word\n" + "あ" * 41 + "\n", "2行目"),
        ("stop_words", "nothing\nx\n", "word"),
        ("stop_words", "", "word"),
        ("stop_words", 'word\n"あ\n', "CSV"),
        ("stop_words", "word\n\x00\n", "CSV"),
        ("stop_words", "word\n" + "x" * 5_000_001, "大きすぎ"),
    ],
)
def test_should_refuse_a_file_and_name_the_row(kind: str, text: str, said: str) -> None:
    assert said in "\n".join(refused(kind, text))


def test_should_refuse_in_the_form_what_it_refuses_in_a_file() -> None:
    with pytest.raises(ValidationError):
        SynonymGroup(layer="name", words="ハロワ／どこか別の所").full_clean()
    with pytest.raises(ValidationError):
        DangerPattern(topic=DangerTopic.objects.first(), say="あ").full_clean()
    with pytest.raises(ValidationError):
        Phrase(text="両方には当てられない言葉").full_clean()
    with pytest.raises(ValidationError):
        StopWord(word="。").full_clean()


def test_should_write_and_read_files_from_the_command_line(tmp_path: Path) -> None:
    out = StringIO()
    call_command("vocabulary", "--export", str(tmp_path), stdout=out)
    assert {file.stem for file in tmp_path.glob("*.csv")} == set(FORMATS)
    call_command("vocabulary", "--import", str(tmp_path / "phrases.csv"), "--replace", stdout=out)
    assert f"そのまま: {Phrase.objects.count()}" in out.getvalue()
    (tmp_path / "phrases.csv").write_text("target,language,speaker,phrase\nx,ja,person,y\n")
    with pytest.raises(CommandError, match="何も取り込みませんでした"):
        call_command("vocabulary", "--import", str(tmp_path / "phrases.csv"), stdout=out)
    with pytest.raises(CommandError):
        call_command("vocabulary", "--import", str(tmp_path / "other.csv"), stdout=out)
