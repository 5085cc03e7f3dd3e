"""Loading the facts that every city starts from: types of institution, fields, needs, programmes, national lines, history.

Loading creates what is missing and leaves alone what is there: fields, needs and lines are the city's own once they are loaded.
"""

from __future__ import annotations

import calendar
from collections import Counter
from collections.abc import Mapping
from datetime import date, time
from itertools import pairwise
from typing import Any

from django.db import transaction
from django.db.models import Model

from ..choices import HolidayPolicy, Surface, Weekday
from ..days.shipped import load_prepared
from ..fixtures import FIXTURES, FixtureError, read_csv
from ..identity import stable_uuid
from ..models import (
    DangerAnswer,
    DangerLine,
    DangerTopic,
    DangerVoice,
    Field,
    InstitutionType,
    LineHours,
    NationalLine,
    Need,
    NeedAnswer,
    Organisation,
    Programme,
)
from ..vocabulary.files import FORMATS, import_csv

ORIGIN = "reference"
WORDS = FIXTURES / "vocabulary"
# Where the act names the letters イロハニ, and 柱書 for the introductory part of 第3号.
SUBS = {"イ": "i", "ロ": "ro", "ハ": "ha", "ニ": "ni"}


def load_reference() -> Counter[str]:
    """Load all reference files, all or nothing. Returns how many records were created, by model name."""
    created: Counter[str] = Counter()
    with transaction.atomic():
        for model, rows in (
            (InstitutionType, _institution_types),
            (Field, _fields),
            (Programme, _programmes),
            (NationalLine, _national_lines),
        ):
            for identity, values in rows():
                created[model.__name__] += _create(model, identity, values)
        _complete_lines()
        created["Need"] += _load_needs()
        created["Organisation"] += _load_councils()
        created["PreparedPage"] += load_prepared(ORIGIN)
        created["DangerTopic"] += _load_danger_topics()
        for name in FORMATS:
            created[FORMATS[name].model.__name__] += _load_words(name)
    return created


def _create(model: type[Model], lookup: dict[str, Any], values: dict[str, Any]) -> bool:
    if model._default_manager.filter(**lookup).exists():
        return False
    record = model(**lookup, **values, origin=ORIGIN)
    record.full_clean()
    record.save()
    return True


def _institution_types() -> list[tuple[dict, dict]]:
    return [
        (
            {"code": row["code"]},
            {
                "name": row["label"],
                "surface": Surface(row["staff_or_public"]),
                "description": row["what_it_is"],
                "order": order,
                "role": row["role"],
                **_protection(row, "hides_names", "hides_address", "is_sensitive"),
            },
        )
        for order, row in enumerate(read_csv("institution_types.csv"), start=1)
    ]


def _fields() -> list[tuple[dict, dict]]:
    return [
        (
            {"code": row["code"]},
            {
                **{name: row[name] for name in ("name", "reading", "description", "leaflet_heading")},
                "order": order,
                **_protection(row, "hides_names", "is_sensitive"),
            },
        )
        for order, row in enumerate(read_csv("fields.csv"), start=1)
    ]


def _protection(row: Mapping[str, str], *names: str) -> dict[str, bool]:
    """What the facts say of protecting people; an empty cell is a decision, and not that nobody has made one."""
    return {name: row[name] == "yes" for name in names}


def programme_code(item: str, sub: str) -> str:
    """第1号, イ -> "1-i"; 第3号柱書 -> "3"; 第5号 -> "5"."""
    number = item.removeprefix("第").removesuffix("号")
    return f"{number}-{SUBS[sub]}" if sub in SUBS else number


def _programmes() -> list[tuple[dict, dict]]:
    return [
        (
            {"code": programme_code(row["item"], row["sub"])},
            {
                "item": row["item"],
                "sub": row["sub"],
                "function": row["function"],
                "name": row["programme"],
                "field_name": row["field"],
                "legal_basis": row["legal_basis"],
                "order": order,
            },
        )
        for order, row in enumerate((row for row in read_csv("programmes.csv") if row["scope"] == "全国"), start=1)
    ]


def _national_lines() -> list[tuple[dict, dict]]:
    rows = read_csv("national_lines.csv")
    types = {type_.code: type_ for type_ in InstitutionType.objects.all()}
    for before, row in pairwise(rows):
        # The source's table says "as above"; alone on a page that says nothing.
        if row["for_whom"] == "同上":
            row["for_whom"] = before["for_whom"]
    return [
        (
            {"uuid": stable_uuid(ORIGIN, f"line:{row['name']}")},
            {
                "topic": row["topic"],
                "type": types.get(row["type"]),
                "name": row["name"],
                "number": "" if row["number"].startswith("（") else row["number"],
                "hours": row["hours_as_found"],
                "cost": row["cost"],
                "for_whom": row["for_whom"],
                "other_channels": row["other_channels"],
                "source_url": row["source_url"],
                "source_kind": row["source_kind"],
                "source_date": row["source_date"],
                "caution": row["caution"],
                # Not before somebody has checked it.
                "show": not row["not_shown_because"],
                "order": order,
            },
        )
        for order, row in enumerate(rows, start=1)
    ]


def _complete_lines() -> None:
    """What lines of an earlier version lack: when they answer, what they are called, which languages they speak."""
    for row in read_csv("national_lines.csv"):
        line = NationalLine.objects.filter(
            uuid=stable_uuid(ORIGIN, f"line:{row['name']}"), asked_by="", languages=""
        ).first()
        if line is None or line.opening_rules.exists():
            continue
        for place, rule in enumerate(filter(None, row["rules"].split("; "))):
            days, times, holidays = rule.split()
            opens, closes = (time.fromisoformat(text) for text in times.split("-"))
            LineHours.objects.create(
                line=line,
                weekdays=[Weekday(int(day)) for day in days],
                opens=opens,
                closes=closes,
                holidays=HolidayPolicy(holidays),
                sort_order=place,
            )
        NationalLine.objects.filter(pk=line.pk).update(asked_by=row["asked_by"], languages=row["languages"])


def _load_needs() -> int:
    fields = {field.code: field for field in Field.objects.all()}
    types = {type_.code: type_ for type_ in InstitutionType.objects.all()}
    created, problems = 0, []
    for order, row in enumerate(read_csv("needs.csv"), start=1):
        unknown = [code for code in row["fields"].split() if code not in fields]
        unknown += [code for code in row["institution_types"].split() if code not in types]
        if unknown:
            problems.append(f"needs.csv, {row['code']}: {', '.join(unknown)}")
            continue
        if Need.objects.filter(code=row["code"]).exists():
            continue
        texts = {name: row[name] for name in ("code", "name", "reading", "plain", "role")}
        need = Need(**texts, order=order, origin=ORIGIN)
        need.answers.set(
            [
                NeedAnswer(type=types[code], sort_order=place)
                for place, code in enumerate(row["institution_types"].split())
            ]
        )
        need.full_clean()
        need.save()
        need.fields.set([fields[code] for code in row["fields"].split()])
        created += 1
    if problems:
        raise FixtureError(problems)
    return created


def _load_danger_topics() -> int:
    created, problems = 0, []
    needs = {need.code: need for need in Need.objects.all()}
    topics = {topic.code: topic for topic in DangerTopic.objects.all()}
    kinds: dict[str, str] = {}
    for order, row in enumerate(read_csv("danger_topics.csv", WORDS), start=1):
        if row["need"] and row["need"] not in needs:
            problems.append(f"danger_topics.csv, {row['code']}: {row['need']}")
        elif row["code"] not in topics:
            texts = {name: row[name] for name in ("code", "name", "heading", "text", "family_text", "role")}
            topic = DangerTopic(
                **texts,
                need=needs.get(row["need"]),
                emergency=row["emergency"] == "yes",
                at_night=row["at_night"] == "yes",
                order=order,
                origin=ORIGIN,
            )
            topic.full_clean()
            topic.save()
            topics[topic.code] = topic
            kinds[topic.code] = row["kind_of"]
            created += 1
    # A kind may stand above its whole: fire is more urgent than illness.
    for code, whole in kinds.items():
        if whole and whole not in topics:
            problems.append(f"danger_topics.csv, {code}: {whole}")
        elif whole:
            topics[code].kind_of = topics[whole]
            topics[code].save()
    _load_danger_sides(topics, problems)
    if problems:
        raise FixtureError(problems)
    return created


def _load_danger_sides(topics: Mapping[str, DangerTopic], problems: list[str]) -> None:
    """What each side is told, whom it is led to and which lines it gets; a topic that has answers already is the city's own."""
    lines = {line.name: line for line in NationalLine.objects.all()}
    types = {type_.code: type_ for type_ in InstitutionType.objects.all()}
    own = set(DangerAnswer.objects.values_list("topic__code", flat=True))
    with_lines = set(DangerLine.objects.values_list("topic__code", flat=True))
    for place, row in enumerate(read_csv("danger_sides.csv", WORDS)):
        code = row["topic"]
        named = [part.partition(":") for part in row["lines"].split("／") if part]
        unknown = [] if code in topics else [code]
        unknown += [name for name, _colon, _patient in named if name not in lines]
        unknown += [name for name in row["types"].split() if name not in types]
        if unknown:
            problems.append(f"danger_sides.csv, {code} {row['side']}: {', '.join(unknown)}")
        elif code not in own:
            topic, side = topics[code], row["side"]
            if row["heading"]:
                DangerVoice.objects.create(
                    topic=topic, side=side, heading=row["heading"], text=row["text"], sort_order=place
                )
            for rank, name in enumerate(row["types"].split()):
                DangerAnswer.objects.create(topic=topic, side=side, type=types[name], sort_order=rank)
            if side or code not in with_lines:
                for rank, (name, _colon, patient) in enumerate(named):
                    DangerLine.objects.create(
                        topic=topic, side=side, patient=patient, line=lines[name], sort_order=rank
                    )


def _load_words(name: str) -> int:
    """A kind of words is loaded once: afterwards they are the city's own."""
    if FORMATS[name].model._default_manager.exists() or not (WORDS / f"{name}.csv").exists():
        return 0
    counts = import_csv(name, (WORDS / f"{name}.csv").read_text(encoding="utf-8-sig"), origin=ORIGIN)
    return counts["created"]


def _month(text: str, *, last: bool) -> date:
    year, month = (int(part) for part in text.split("-"))
    return date(year, month, calendar.monthrange(year, month)[1] if last else 1)


def _load_councils() -> int:
    """The 95 bodies of 生涯現役促進地域連携事業, all of which ended by 2023-03: history, never shown as running."""
    council = InstitutionType.objects.get(code="shogai_geneki")
    created = 0
    for row in read_csv("lifelong_active_councils.csv"):
        created += _create(
            Organisation,
            {"uuid": stable_uuid(ORIGIN, f"council:{row['row']}")},
            {
                "name": row["organisation"],
                "type": council,
                "prefecture": row["prefecture"],
                "locality": row["municipality"],
                "active_from": _month(row["start"], last=False),
                "active_to": _month(row["end"], last=True),
                "source": f"生涯現役促進地域連携事業 {row['course']} {row['no']}",
            },
        )
    return created
