"""The city's own calls: loaded, judged, shown, and asked before words change."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from io import StringIO

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client

from directory import cache
from directory.choices import TopicRole
from directory.finding.danger import are_kin, topics
from directory.fixtures import FIXTURES, FixtureError, read_csv
from directory.judging import calls
from directory.judging.calls import broken_calls
from directory.judging.gate import would_break
from directory.models import (
    Call,
    DangerPattern,
    DangerTopic,
    InstitutionType,
    NationalLine,
    Need,
    Phrase,
    Promotion,
    StopWord,
    VocabularyVersion,
)
from directory.vocabulary.files import export_csv, import_csv
from search.questions.vocabulary import vocabulary
from tests.factories import PlaceFactory
from tests.portal.test_admin import form_of as browser_form

pytestmark = pytest.mark.django_db
WORDS = "/admin/snippets/directory"
# Words that nobody but this test knows, so that one pattern alone decides.
SPELL = "ぬるぽがっしゃん"
NOW = datetime.fromisoformat("2026-11-24T10:00:00+09:00")


def call(text: str, **values: object) -> Call:
    """The only call there is, so that judging takes no time."""
    many = {name: values.pop(name, ()) for name in ("leads", "never_leads", "topics")}
    Call.objects.all().delete()
    made = Call(text=text, **values)
    made.full_clean()
    made.save()
    for name, codes in many.items():
        model = DangerTopic if name == "topics" else InstitutionType
        getattr(made, name).set(model.objects.filter(code__in=codes))
    return made


def parts() -> list[tuple[str, str]]:
    return [(item.expected, item.came) for item in broken_calls()]


@pytest.fixture
def pattern() -> DangerPattern:
    """A danger that one pattern alone hears, and the call that asks for it."""
    made = DangerPattern.objects.create(topic=DangerTopic.objects.get(code="suicide"), say=SPELL)
    call(SPELL, band="yes", topics=["suicide"])
    assert broken_calls() == []
    return made


def text_of(response: object) -> str:
    return BeautifulSoup(response.content, "lxml").get_text()


# what ships


def test_should_ship_150_calls_on_every_topic_and_side() -> None:
    rows = read_csv("calls.csv", FIXTURES / "vocabulary")
    assert len(rows) == Call.objects.count() == 150
    assert set(DangerTopic.objects.exclude(role=TopicRole.CALM).values_list("code", flat=True)) == set(
        Call.objects.exclude(topics=None).values_list("topics__code", flat=True)
    )
    assert set(Call.objects.values_list("side", flat=True)) == {
        *("", "me", "child", "family", "neighbour", "doer", "work", "past")
    }
    assert {"en", "zh", "pt", "vi"} <= set(Call.objects.values_list("language", flat=True))
    assert Call.objects.filter(band="no").count() >= 30


def test_should_find_that_plain_ones_hold() -> None:
    plain = Call.objects.filter(text__in=["死にたい", "借金が返せない", "太鼓を叩く会", "子ども食堂"])
    assert plain.count() == 4
    assert broken_calls(plain.values_list("pk", flat=True)) == []


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (",no,,,,,,,", "2行目"),
        ("熱い,perhaps,,,,,,,", "2行目"),
        ("熱い,yes,nothing,,,,,,", "nothing"),
        ("熱い,yes,,nobody,,,,,", "2行目"),
        ("熱い,yes,,,ない電話,,,,", "ない電話"),
        ("熱い,yes,,,,nothing,,,", "nothing"),
        ("熱い,yes,,,,sogo,sogo|dv,,", "同じもの"),
        ("熱い,no,suicide,,,,,,", "話題もありません"),
        ("熱い,no,,,110番（警察）,,,,", "電話もありません"),
        ("熱い,yes,,,,,,日本語,", "ja"),
        ("熱い,yes,,,,,,,\n熱い,no,,,,,,,", "2行目と同じ"),
    ],
)
def test_should_refuse_a_file_of_calls_and_name_the_row(row: str, said: str) -> None:
    before = export_csv("calls")
    with pytest.raises(FixtureError) as error:
        import_csv("calls", f"text,band,topics,side,line,leads,never_leads,language,note\n{row}\n")
    assert said in "\n".join(error.value.problems)
    assert export_csv("calls") == before


def test_should_change_what_a_call_asks_for_by_a_file() -> None:
    made = call("借金が返せない", band="no", leads=["konkyu"])
    versions = VocabularyVersion.objects.count()
    header = "text,band,topics,side,line,leads,never_leads,language,note\n"
    assert import_csv("calls", f"{header}借金が返せない,no,,,,houterasu|konkyu,dv,,\n")["updated"] == 1
    assert {kind.code for kind in made.leads.all()} == {"houterasu", "konkyu"}
    assert {kind.code for kind in made.never_leads.all()} == {"dv"}
    assert VocabularyVersion.objects.count() == versions, "a call is no word by which questions are understood"


def test_should_refuse_in_the_form_what_it_refuses_in_a_file(editor_client: Client) -> None:
    with pytest.raises(ValidationError):
        Call(text=" ", band="no").full_clean()
    with pytest.raises(ValidationError):
        Call(text="x", language="日本語").full_clean()
    sogo = InstitutionType.objects.get(code="sogo").pk
    form = {"text": "はじめての呼びかけ", "band": "no", "leads": [sogo], "never_leads": [sogo]}
    assert "同じもの" in text_of(editor_client.post(f"{WORDS}/call/add/", form))
    assert editor_client.post(f"{WORDS}/call/add/", {**form, "never_leads": []}).status_code == 302
    assert Call.objects.get(text="はじめての呼びかけ").leads.get().code == "sogo"


# judging


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"band": "yes"}, []),
        ({"band": "either"}, []),
        ({"band": "no"}, ["帯が出ない"]),
        ({"band": "yes", "topics": ["suicide", "ill"]}, []),
        ({"band": "yes", "topics": ["fraud"]}, ["話題：だまされたかもしれない"]),
        ({"band": "yes", "side": "me"}, []),
        ({"band": "yes", "side": "neighbour"}, ["立場：近所・学校・職場の人"]),
        ({"band": "yes", "leads": ["kokoro", "hw"]}, []),
        ({"band": "yes", "leads": ["hw"]}, ["先頭：ハローワーク（公共職業安定所）"]),
        ({"band": "yes", "never_leads": ["kokoro"]}, ["先頭に出ない：こころの健康相談"]),
        ({"band": "yes", "language": "en"}, ["答えの言語：en"]),
    ],
)
def test_should_say_what_must_come_and_what_came(values: dict, expected: list[str]) -> None:
    call("死にたい", **values)
    found = parts()
    assert len(found) == (1 if expected else 0)
    for (said, came), part in zip(found, expected, strict=True):
        assert said.startswith(part)
        assert came


def test_should_ask_for_the_first_line() -> None:
    call("死にたい", band="yes", line=NationalLine.objects.get(name="119番（消防・救急）"))
    assert parts()[0][0] == "最初の電話：119番（消防・救急）"
    call("家が燃えてる", band="yes", line=NationalLine.objects.get(name="119番（消防・救急）"))
    assert parts() == []


def test_should_take_kinds_of_one_danger_for_each_other() -> None:
    assert are_kin("fire", "ill")
    assert are_kin("ill", "fire")
    assert are_kin("poison", "injury")
    assert are_kin("suicide", "suicide")
    assert not are_kin("suicide", "ill")
    assert not are_kin("suicide", "bereaved")


def test_should_miss_only_the_band_where_none_comes() -> None:
    call("太鼓を叩く会", band="yes", topics=["suicide"], side="me")
    assert parts() == [("帯が出る", "帯が出ない")]


def test_should_tell_cron_what_is_broken() -> None:
    call("死にたい", band="yes")
    out = StringIO()
    call_command("check_calls", "--json", stdout=out)
    assert json.loads(out.getvalue()) == {"calls": 1, "broken": 0, "problems": []}
    call("太鼓を叩く会", band="yes")
    out = StringIO()
    with pytest.raises(SystemExit) as exit_:
        call_command("check_calls", "--json", stdout=out)
    assert exit_.value.code == 1
    figures = json.loads(out.getvalue())
    assert figures["broken"] == 1
    assert figures["problems"] == [{"text": "太鼓を叩く会", "expected": "帯が出る", "came": "帯が出ない"}]
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("check_calls", stdout=out)
    assert "太鼓を叩く会" in out.getvalue()


def test_should_show_staff_how_the_calls_stand(editor_client: Client, client: Client) -> None:
    call("太鼓を叩く会", band="yes")
    assert "外れている" not in text_of(editor_client.get("/admin/")), "nobody waits until they are judged"
    home = BeautifulSoup(editor_client.get("/admin/").content, "lxml")
    (wait,) = (link for link in home.select(".desk__waits a") if "外れている呼びかけ" in link.get_text())
    assert wait.b.get_text() == "1"
    address = wait["href"]
    assert "太鼓を叩く会" in text_of(editor_client.get(address))
    Call.objects.update(band="no")
    assert "太鼓を叩く会" in text_of(editor_client.get(address)), "as it was some minutes ago"
    assert "太鼓を叩く会" not in text_of(editor_client.post(address, follow=True))
    assert "外れているものはありません" in text_of(editor_client.get(address))
    assert client.get(address).status_code == 302


def test_should_judge_again_after_some_minutes_and_let_nobody_wait(editor_client: Client) -> None:
    call("太鼓を叩く会", band="yes")
    with time_machine.travel(NOW, tick=False) as now:
        editor_client.get("/admin/")
        Call.objects.update(band="no")
        assert "1件外れている呼びかけ" in text_of(editor_client.get("/admin/"))
        now.shift(timedelta(seconds=calls.REMEMBERED_SECONDS + 1))
        assert "外れている呼びかけ" in text_of(editor_client.get("/admin/")), "as they stood, and judged meanwhile"
        assert "外れている呼びかけ" not in text_of(editor_client.get("/admin/"))


# before words change


def test_should_leave_nothing_of_what_was_tried(pattern: DangerPattern) -> None:
    known, versions = vocabulary(), VocabularyVersion.objects.count()
    held = topics()
    broken = would_break(pattern.delete)
    assert [item.text for item in broken] == [SPELL]
    assert vocabulary() is known, "the words in use are the same, and not compiled again"
    assert topics() is held
    assert VocabularyVersion.objects.count() == versions
    assert DangerPattern.objects.filter(say=SPELL).exists()
    assert broken_calls() == []
    assert cache.remembered("vocabulary", "x", lambda: 1) == 1


def test_should_try_a_topic_and_its_lines_too(pattern: DangerPattern) -> None:
    topic = DangerTopic.objects.get(code="suicide")

    def retire() -> None:
        topic.retired = True
        topic.save()

    assert [item.text for item in would_break(retire)] == [SPELL]
    assert "suicide" in topics()


def test_should_not_blame_a_change_for_what_was_broken_before(pattern: DangerPattern) -> None:
    call(SPELL, band="no")
    assert would_break(lambda: StopWord.objects.create(word="取材です")) == []


def test_should_pass_on_what_a_change_raises_and_forget_it(pattern: DangerPattern) -> None:
    known = vocabulary()

    def fail() -> None:
        pattern.delete()
        raise FixtureError(["x"])

    with pytest.raises(FixtureError):
        would_break(fail)
    assert vocabulary() is known
    assert DangerPattern.objects.filter(say=SPELL).exists()


def form_of(pattern: DangerPattern, **changes: str) -> dict[str, str]:
    return {"topic": pattern.topic_id, "say": pattern.say, "unless": "", "note": "", "side": "", **changes}


def test_should_stop_an_edit_that_breaks_a_call_until_an_approver_says_why(
    approver_client: Client, pattern: DangerPattern
) -> None:
    address = f"{WORDS}/dangerpattern/edit/{pattern.pk}/"
    response = approver_client.post(address, form_of(pattern, say="まったく別のことば"))
    soup = BeautifulSoup(response.content, "lxml")
    assert SPELL in soup.select_one("[aria-labelledby=broken-calls-title]").get_text()
    assert soup.select_one("form [name=calls_reason]")
    pattern.refresh_from_db()
    assert pattern.say == SPELL
    assert broken_calls() == []
    form = form_of(pattern, say="まったく別のことば", calls_reason="別の窓口ができた")
    assert approver_client.post(address, form).status_code == 302
    pattern.refresh_from_db()
    assert pattern.say == "まったく別のことば"
    newest = VocabularyVersion.objects.first()
    assert "別の窓口ができた" in newest.summary
    assert "1件" in newest.summary
    assert newest.user.username == "test-approver"
    assert len(broken_calls()) == 1


def test_should_save_what_breaks_nothing_at_once(approver_client: Client, pattern: DangerPattern) -> None:
    address = f"{WORDS}/dangerpattern/edit/{pattern.pk}/"
    assert approver_client.post(address, form_of(pattern, note="変えた")).status_code == 302
    pattern.refresh_from_db()
    assert pattern.note == "変えた"
    assert "理由" not in VocabularyVersion.objects.first().summary


def test_should_stop_a_deletion(approver_client: Client, pattern: DangerPattern) -> None:
    address = f"{WORDS}/dangerpattern/delete/{pattern.pk}/"
    soup = BeautifulSoup(approver_client.post(address).content, "lxml")
    assert SPELL in soup.select_one("form [aria-labelledby=broken-calls-title]").get_text()
    assert DangerPattern.objects.filter(pk=pattern.pk).exists()
    assert approver_client.post(address, {"calls_reason": "いらない"}).status_code == 302
    assert not DangerPattern.objects.filter(pk=pattern.pk).exists()
    assert "いらない" in VocabularyVersion.objects.first().summary


def test_should_stop_deleting_many_at_once(approver_client: Client, pattern: DangerPattern) -> None:
    address = f"/admin/bulk/directory/dangerpattern/delete/?id={pattern.pk}&next={WORDS}/dangerpattern/"
    assert "ひとつずつ" in text_of(approver_client.post(address, follow=True))
    assert DangerPattern.objects.filter(pk=pattern.pk).exists()
    call("太鼓を叩く会", band="no")
    approver_client.post(address)
    assert not DangerPattern.objects.filter(pk=pattern.pk).exists()


def test_should_not_let_an_editor_break_a_call(editor_client: Client) -> None:
    call(SPELL, band="no", never_leads=["konkyu"])
    form = {"text": SPELL, "need": Need.objects.get(code="money").pk, "type": ""}
    form |= {"language": "ja", "speaker": "person", "calls_reason": "それでも"}
    response = editor_client.post(f"{WORDS}/phrase/add/", form)
    assert response.status_code == 200
    assert "承認者に相談" in text_of(response)
    assert "calls_reason" not in response.content.decode()
    assert not Phrase.objects.filter(text=SPELL).exists()
    Call.objects.all().delete()
    assert editor_client.post(f"{WORDS}/phrase/add/", form).status_code == 302


def test_should_try_a_topic_from_its_form(approver_client: Client, pattern: DangerPattern) -> None:
    topic = pattern.topic
    address = f"{WORDS}/dangertopic/edit/{topic.pk}/"
    form = {**browser_form(approver_client, address), "retired": ["on"]}
    assert SPELL in text_of(approver_client.post(address, form))
    topic.refresh_from_db()
    assert not topic.retired
    form.pop("retired")
    assert approver_client.post(address, form).status_code == 302


def test_should_try_what_an_editor_puts_first(approver_client: Client) -> None:
    place = PlaceFactory(name="はじめの一歩")
    call("借金が返せない", band="no", never_leads=[place.type.code])
    form = {"words": "借金", "resource": place.pk, "page": "", "starts_on": "2020-01-01", "ends_on": ""}
    assert "借金が返せない" in text_of(approver_client.post(f"{WORDS}/promotion/add/", form))
    assert not Promotion.objects.exists()


def test_should_judge_a_file_before_it_is_taken_in(approver_client: Client, pattern: DangerPattern) -> None:
    def upload(**fields: str) -> str:
        text = export_csv("danger").replace(SPELL, "まったく別のことば")
        file = SimpleUploadedFile("danger.csv", text.encode(), content_type="text/csv")
        form = {"kind": "danger", "file": file, "replace": "on", **fields}
        return text_of(approver_client.post("/admin/words/", form, follow=True))

    assert SPELL in upload()
    assert DangerPattern.objects.filter(say=SPELL).exists()
    assert "追加1" in upload(calls_reason="ことばを改めた")
    assert not DangerPattern.objects.filter(say=SPELL).exists()
    assert "ことばを改めた" in VocabularyVersion.objects.first().summary
