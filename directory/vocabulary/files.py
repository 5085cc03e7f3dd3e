"""The vocabulary as CSV files: out and in again without loss; a file with a mistake changes nothing and names the rows."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.models import RevisionMixin

from search.questions.spans import span_key

from ..fixtures import FixtureError
from ..models import (
    Call,
    DangerPattern,
    DangerTopic,
    HardWord,
    InstitutionType,
    NationalLine,
    Need,
    Phrase,
    StopWord,
    SynonymGroup,
)
from ..models.words.calls import check_answers, check_call
from ..models.words.danger import check_pattern
from ..models.words.plain import check_hard_word
from ..models.words.vocabulary import SEPARATOR, check_phrase, check_stop_word, check_synonyms, keys_of, split_words
from .provider import new_version

MOST_ROWS = 50_000
MOST_BYTES = 5_000_000
MOST_PROBLEMS = 50
BATCH = 500
# Between codes in a cell of the calls.
ANY_OF = "|"

Row = Mapping[str, str]
Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of file. `read` turns a row into a model's values or raises ValidationError; `identity` tells rows apart."""

    name: str
    label: Any
    model: type[models.Model]
    columns: tuple[str, ...]
    write: Callable[[Any], tuple[str, ...]]
    read: Callable[[Row, Mapping[str, Any]], Values]
    identity: Callable[[Values], object]
    # Words that may stand in one row only (synonyms); none for other kinds.
    claims: Callable[[Values], Iterable[str]] = lambda values: ()
    # Columns that files of earlier versions do not have.
    optional: frozenset[str] = frozenset()
    # Fields that hold several records; their values are tuples, in the order of their keys.
    many: tuple[str, ...] = ()
    # Whether questions are understood by it, so that a change of it is a new version of the vocabulary.
    is_words: bool = True


def _read_synonyms(row: Row, _known: Mapping[str, Any]) -> Values:
    words = split_words(row["words"])
    check_synonyms(words)
    return {"layer": row["layer"].strip(), "words": SEPARATOR.join(words), "keys": keys_of(words), "note": row["note"]}


def _read_phrase(row: Row, known: Mapping[str, Any]) -> Values:
    target = row["target"].strip()
    if target not in known:
        raise ValidationError({"target": _("「%s」という困りごとや機関の種類はありません。") % target})
    check_phrase(row["phrase"])
    record = known[target]
    need, type_ = (record, None) if isinstance(record, Need) else (None, record)
    return {
        "need": need,
        "type": type_,
        "language": row["language"].strip(),
        "speaker": row["speaker"].strip(),
        "text": row["phrase"].strip(),
    }


def _read_danger(row: Row, known: Mapping[str, Any]) -> Values:
    topic = known.get(f"danger:{row['topic'].strip()}")
    if topic is None:
        raise ValidationError({"topic": _("「%s」という危険の話題はありません。") % row["topic"]})
    say, unless = row["say"].strip(), row["unless"].strip()
    check_pattern(say, unless)
    return {"topic": topic, "side": row["side"].strip(), "say": say, "unless": unless, "note": row["note"]}


def _read_stop_word(row: Row, _known: Mapping[str, Any]) -> Values:
    check_stop_word(row["word"])
    return {"word": row["word"].strip()}


def _read_hard_word(row: Row, _known: Mapping[str, Any]) -> Values:
    word, plain = row["word"].strip(), row["plain"].strip()
    check_hard_word(word, plain)
    if row["can_swap"].strip() not in ("yes", "no", ""):
        raise ValidationError({"can_swap": _("can_swap には、yes か no を書いてください。")})
    return {"word": word, "plain": plain, "can_swap": row["can_swap"].strip() == "yes", "note": row["note"]}


def _read_call(row: Row, known: Mapping[str, Any]) -> Values:
    def records(column: str, prefix: str, problem: str) -> tuple[Any, ...]:
        codes = [code.strip() for code in row[column].split(ANY_OF) if code.strip()]
        if unknown := [code for code in codes if f"{prefix}{code}" not in known]:
            raise ValidationError({column: problem % "、".join(unknown)})
        return tuple(sorted({known[f"{prefix}{code}"] for code in codes}, key=lambda record: record.pk))

    no_type = _("「%s」という機関の種類はありません。")
    line = row["line"].strip()
    values: dict[str, Any] = {
        "text": row["text"].strip(),
        "band": row["band"].strip(),
        "topics": records("topics", "danger:", _("「%s」という危険の話題はありません。")),
        "side": row["side"].strip(),
        "line": records("line", "line:", _("「%s」という相談電話はありません。"))[0] if line else None,
        "leads": records("leads", "type:", no_type),
        "never_leads": records("never_leads", "type:", no_type),
        "language": row["language"].strip(),
        "note": row["note"],
    }
    check_call(values["text"], values["language"])
    check_answers(*(values[name] for name in ("band", "topics", "line", "leads", "never_leads")))
    return values


def _write_call(call: Call) -> tuple[str, ...]:
    many: tuple[Any, ...] = (call.topics, call.leads, call.never_leads)
    topics, leads, never_leads = (
        ANY_OF.join(record.code for record in sorted(records.all(), key=lambda record: record.pk)) for records in many
    )
    line = call.line.name if call.line else ""
    return (call.text, call.band, topics, call.side, line, leads, never_leads, call.language, call.note)


FORMATS: dict[str, Format] = {
    item.name: item
    for item in (
        Format(
            "synonyms",
            gettext_lazy("同じ意味のことば"),
            SynonymGroup,
            ("layer", "words", "note"),
            lambda record: (record.layer, record.words, record.note),
            _read_synonyms,
            lambda values: (values["layer"], span_key(split_words(values["words"])[0])),
            lambda values: (f"{values['layer']} {key}" for key in values["keys"].split()),
        ),
        Format(
            "phrases",
            gettext_lazy("言い回し"),
            Phrase,
            ("target", "language", "speaker", "phrase"),
            lambda record: (record.target, record.language, record.speaker, record.text),
            _read_phrase,
            lambda values: (
                values["need"].pk if values["need"] else None,
                values["type"].pk if values["type"] else None,
                values["text"],
            ),
        ),
        Format(
            "danger",
            gettext_lazy("危険のことば"),
            DangerPattern,
            ("topic", "side", "say", "unless", "note"),
            lambda record: (record.topic.code, record.side, record.say, record.unless, record.note),
            _read_danger,
            lambda values: (values["topic"].pk, values["say"]),
            optional=frozenset({"side"}),
        ),
        Format(
            "stop_words",
            gettext_lazy("読みとばすことば"),
            StopWord,
            ("word",),
            lambda record: (record.word,),
            _read_stop_word,
            lambda values: values["word"],
        ),
        Format(
            "calls",
            gettext_lazy("確かめる呼びかけ"),
            Call,
            ("text", "band", "topics", "side", "line", "leads", "never_leads", "language", "note"),
            _write_call,
            _read_call,
            lambda values: values["text"],
            many=("topics", "leads", "never_leads"),
            is_words=False,
        ),
        Format(
            "hard_words",
            gettext_lazy("役所のことば"),
            HardWord,
            ("word", "plain", "can_swap", "note"),
            lambda record: (record.word, record.plain, "yes" if record.can_swap else "no", record.note),
            _read_hard_word,
            lambda values: values["word"],
            is_words=False,
        ),
    )
}


def export_csv(name: str) -> str:
    """All entries of a kind as CSV text with a header row, in a fixed order."""
    form = FORMATS[name]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(form.columns)
    writer.writerows(form.write(record) for record in _records(form))
    return out.getvalue()


def import_csv(name: str, text: str, *, user: Any = None, replace: bool = False, origin: str = "") -> Counter[str]:
    """Take a file in, all or nothing; returns how many entries were "created", "updated", "unchanged", "deleted".

    An entry that is there already (same words, same target) is brought up to date; with `replace`, what the file does not
    name is deleted. Raises FixtureError that names every bad row.
    """
    form = FORMATS[name]
    rows = _parse(form, text)
    known = _known()
    with transaction.atomic():
        there = {form.identity(_values_of(form, record)): record for record in _records(form)}
        found = _validated(form, rows, known, there, replace)
        counts = _write(form, found, there, replace, origin)
        if form.is_words and (counts["created"] or counts["updated"] or counts["deleted"]):
            new_version(
                _("%(kind)sをファイルから：追加%(new)s、変更%(changed)s、削除%(gone)s")
                % {
                    "kind": form.label,
                    "new": counts["created"],
                    "changed": counts["updated"],
                    "gone": counts["deleted"],
                },
                user,
            )
    return counts


def _records(form: Format) -> models.QuerySet:
    related = [field.name for field in form.model._meta.fields if field.name in {"need", "type", "topic", "line"}]
    records = form.model._default_manager.order_by("pk").prefetch_related(*form.many)
    return records.select_related(*related) if related else records


def _values_of(form: Format, record: models.Model) -> Values:
    names = {"synonyms": "layer words keys note", "phrases": "need type language speaker text"}
    names |= {"danger": "topic side say unless note", "stop_words": "word"}
    names |= {"calls": "text band side line language note", "hard_words": "word plain can_swap note"}
    values = {name: getattr(record, name) for name in names[form.name].split()}
    return values | {name: tuple(sorted(getattr(record, name).all(), key=lambda one: one.pk)) for name in form.many}


def _known() -> dict[str, Any]:
    known: dict[str, Any] = {need.code: need for need in Need.objects.all()}
    known |= {f"type:{type_.code}": type_ for type_ in InstitutionType.objects.all()}
    # Of two lines of one name the first is meant.
    known |= {f"line:{line.name}": line for line in NationalLine.objects.order_by("-order", "-pk")}
    return known | {f"danger:{topic.code}": topic for topic in DangerTopic.objects.all()}


def _parse(form: Format, text: str) -> list[dict[str, str]]:
    if len(text) > MOST_BYTES:
        raise FixtureError([_("ファイルが大きすぎます（5MBまで）。")])
    if "\x00" in text:
        raise FixtureError([_("CSVファイルではないようです。")])
    try:
        reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff"), newline=""), strict=True)
        there = {*(reader.fieldnames or ()), *form.optional}
        missing = [column for column in form.columns if column not in there]
        if missing:
            raise FixtureError([_("1行目に、この列の名前がありません：%s") % "、".join(missing)])
        rows = list(reader)
    except csv.Error as error:
        raise FixtureError([_("CSVとして読めません：%s") % error]) from error
    if len(rows) > MOST_ROWS:
        raise FixtureError([_("行が多すぎます（5万行まで）。")])
    return [{column: row.get(column) or "" for column in form.columns} for row in rows]


def _validated(
    form: Format, rows: list[dict[str, str]], known: Mapping[str, Any], there: Mapping[object, Any], replace: bool
) -> dict[object, Values]:
    found: dict[object, Values] = {}
    lines: dict[object, int] = {}
    claims: dict[str, str] = {}
    problems: list[str] = []
    named = set()
    # What a row points to was looked up among all that there is: nobody has to ask the database for each once more.
    unasked = [field.name for field in form.model._meta.fields if field.is_relation]
    for line, row in enumerate(rows, start=2):
        try:
            values = form.read(row, known)
            _record(form, values).clean_fields(exclude=unasked)
        except ValidationError as error:
            problems.append(_row_problem(line, " ".join(error.messages)))
            continue
        identity = form.identity(values)
        if identity in found:
            problems.append(_row_problem(line, _("%s行目と同じです。") % lines[identity]))
            continue
        for claim in form.claims(values):
            if claim in claims:
                problems.append(
                    _row_problem(
                        line,
                        _("「%(word)s」は、%(other)sにもあります。")
                        % {"word": claim.partition(" ")[2], "other": claims[claim]},
                    )
                )
            claims.setdefault(claim, _("%s行目") % line)
        found[identity], lines[identity] = values, line
        named.add(identity)
    if not replace:
        for identity, record in there.items():
            if identity not in named:
                for claim in form.claims(_values_of(form, record)):
                    if claim in claims:
                        problems.append(
                            _("%(place)s：「%(word)s」は、登録済みの「%(other)s」にもあります。")
                            % {"place": claims[claim], "word": claim.partition(" ")[2], "other": record}
                        )
    if problems:
        more = len(problems) - MOST_PROBLEMS
        raise FixtureError(problems[:MOST_PROBLEMS] + ([_("ほかに%s件") % more] if more > 0 else []))
    return found


def _row_problem(line: int, text: str) -> str:
    return _("%(line)s行目：%(text)s") % {"line": line, "text": text}


def _write(
    form: Format, found: dict[object, Values], there: Mapping[object, Any], replace: bool, origin: str
) -> Counter[str]:
    counts: Counter[str] = Counter()
    fresh = []
    for identity, values in found.items():
        record = there.get(identity)
        if record is None:
            fresh.append(_record(form, values, origin=origin))
        elif _values_of(form, record) != values:
            for name, value in values.items():
                if name not in form.many:
                    setattr(record, name, value)
            record.save()
            _set_many(form, record, values)
            if isinstance(record, RevisionMixin):
                record.save_revision()
            counts["updated"] += 1
        else:
            counts["unchanged"] += 1
    form.model._default_manager.bulk_create(fresh, batch_size=BATCH)
    if form.many:
        for record, values in zip(fresh, (found[identity] for identity in found if identity not in there), strict=True):
            _set_many(form, record, values)
    counts["created"] = len(fresh)
    if replace:
        gone = [record.pk for identity, record in there.items() if identity not in found]
        for start in range(0, len(gone), BATCH):
            form.model._default_manager.filter(pk__in=gone[start : start + BATCH]).delete()
        counts["deleted"] = len(gone)
    return counts


def _record(form: Format, values: Values, **more: Any) -> Any:
    return form.model(**{name: value for name, value in values.items() if name not in form.many}, **more)


def _set_many(form: Format, record: models.Model, values: Values) -> None:
    for name in form.many:
        getattr(record, name).set(values[name])
