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

from search.spans import span_key

from .files import FixtureError
from .models import DangerPattern, DangerTopic, InstitutionType, Need, Phrase, StopWord, SynonymGroup
from .models.danger import check_pattern
from .models.vocabulary import (
    SEPARATOR,
    check_phrase,
    check_stop_word,
    check_synonyms,
    keys_of,
    split_words,
)
from .vocabulary import new_version

MOST_ROWS = 50_000
MOST_BYTES = 5_000_000
MOST_PROBLEMS = 50
BATCH = 500

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
        if counts["created"] or counts["updated"] or counts["deleted"]:
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
    related = [field.name for field in form.model._meta.fields if field.name in {"need", "type", "topic"}]
    records = form.model.objects.order_by("pk")
    return records.select_related(*related) if related else records


def _values_of(form: Format, record: models.Model) -> Values:
    names = {"synonyms": "layer words keys note", "phrases": "need type language speaker text"}
    names |= {"danger": "topic side say unless note", "stop_words": "word"}
    return {name: getattr(record, name) for name in names[form.name].split()}


def _known() -> dict[str, Any]:
    known: dict[str, Any] = {need.code: need for need in Need.objects.all()}
    known |= {f"type:{type_.code}": type_ for type_ in InstitutionType.objects.all()}
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
    for line, row in enumerate(rows, start=2):
        try:
            values = form.read(row, known)
            form.model(**values).clean_fields(exclude=["latest_revision"])
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
            fresh.append(form.model(**values, origin=origin))
        elif any(getattr(record, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(record, name, value)
            record.save()
            record.save_revision()
            counts["updated"] += 1
        else:
            counts["unchanged"] += 1
    form.model.objects.bulk_create(fresh, batch_size=BATCH)
    counts["created"] = len(fresh)
    if replace:
        gone = [record.pk for identity, record in there.items() if identity not in found]
        for start in range(0, len(gone), BATCH):
            form.model.objects.filter(pk__in=gone[start : start + BATCH]).delete()
        counts["deleted"] = len(gone)
    return counts
