"""What `start_municipality` is told: one YAML file, flags, or answers; checked as a whole before anything is written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import time
from pathlib import Path
from typing import Annotated, Any

import yaml
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic import ValidationError as SchemaError

from directory.fixtures import FixtureError, read_yaml
from directory.validators import validate_number, validate_visible

from .codes import PREFECTURES, CodeError, read_code

DAYS = "月火水木金土日"
LONGEST_SHOWN = 40
NAMED_DAYS = {"平日": "月火水木金", "毎日": DAYS, "土日": "土日"}
HOURS = re.compile(
    r"(?P<days>[月火水木金土日・~-]+|平日|毎日|土日) *(?P<opens>\d{1,2}:\d{2}) *[~-] *(?P<closes>\d{1,2}:\d{2})"
)


class StartError(Exception):
    """What was told cannot be used; `problems` has all of it, in words."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Opening(BaseModel):
    """Days (0 is Monday) and times of a desk."""

    days: list[int]
    opens: time
    closes: time


def read_hours(text: str) -> list[Opening]:
    """「月-金 8:30-17:15」「平日 9:00〜17:00、土 9:00〜12:00」. Raises ValueError with what to do."""
    folded = (
        re.sub(r"[〜～‐–—―ー−から]+", "~", unicodedata.normalize("NFKC", text)).replace("曜日", "").replace("曜", "")
    )
    found = []
    for part in filter(None, (part.strip(" まで") for part in re.split(r"[、,\n／;]", folded))):
        match = HOURS.fullmatch(part)
        if match is None:
            raise ValueError(_("「{text}」は「月-金 8:30-17:15」のように書いてください。").format(text=part))
        opens, closes = (_time(match[name]) for name in ("opens", "closes"))
        found.append(Opening(days=_days(match["days"]), opens=opens, closes=closes))
    return found


def _time(text: str) -> time:
    hour, minute = (int(part) for part in text.split(":"))
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        raise ValueError(_("「{text}」という時刻はありません。").format(text=text))
    return time(hour % 24, minute)


def _days(text: str) -> list[int]:
    if text in NAMED_DAYS:
        return [DAYS.index(day) for day in NAMED_DAYS[text]]
    first, dash, last = text.replace("~", "-").partition("-")
    if dash and len(first) == len(last) == 1 and first in DAYS and last in DAYS:
        return list(range(DAYS.index(first), DAYS.index(last) + 1))
    return sorted({DAYS.index(day) for day in text if day in DAYS})


def _hours(value: Any) -> Any:
    parts = value if isinstance(value, list) else [value]
    if not all(isinstance(part, str) for part in parts):
        return value
    return [opening for part in parts for opening in read_hours(part)]


def _text(value: Any) -> Any:
    """What YAML took for a number is what somebody wrote without quotation marks."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _visible(text: str) -> str:
    return _checked(text.strip(), validate_visible)


def _number(text: str) -> str:
    return _checked(text, validate_number) if text else text


def _mail(text: str) -> str:
    return _checked(text, validate_email) if text else text


def _checked(text: str, validate: Any) -> str:
    try:
        validate(text)
    except ValidationError as error:
        raise ValueError(" ".join(error.messages)) from error
    return text


Text = Annotated[str, BeforeValidator(_text), AfterValidator(_visible)]
Number = Annotated[Text, AfterValidator(_number)]
Mail = Annotated[Text, AfterValidator(_mail)]
Hours = Annotated[list[Opening], BeforeValidator(_hours)]


class _Told(BaseModel):
    """Unknown keys are slips of the pen, not silence."""

    model_config = ConfigDict(extra="forbid")


class MunicipalityTold(_Told):
    """The municipality itself."""

    name: Annotated[Text, Field(min_length=1, max_length=80)]
    reading: Annotated[Text, Field(min_length=1, max_length=120)]
    prefecture: Annotated[Text, Field(min_length=1)]
    code: Annotated[Text, Field(min_length=1)]
    lat: float | None = Field(default=None, ge=20, le=46)
    lon: float | None = Field(default=None, ge=122, le=154)


class FieldTold(_Told):
    """A field of welfare that does not ship."""

    name: Annotated[Text, Field(min_length=1, max_length=60)]
    code: Annotated[str, Field(pattern=r"^[a-z0-9_-]+$", max_length=40)]
    reading: Annotated[Text, Field(max_length=80)] = ""
    description: Annotated[Text, Field(max_length=200)] = ""


class DeskTold(_Told):
    """The desk for everything."""

    name: Annotated[Text, Field(min_length=1, max_length=120)]
    reading: Annotated[Text, Field(max_length=200)] = ""
    organisation: Annotated[Text, Field(max_length=120)] = ""
    summary: Annotated[Text, Field(max_length=160)] = ""
    phone: Annotated[Number, Field(max_length=40)] = ""
    fax: Annotated[Number, Field(max_length=40)] = ""
    mail: Mail = ""
    form: Text = ""
    line: Text = ""
    visit: Annotated[Text, Field(max_length=200)] = ""
    hours: Hours = []


class CoordinatorTold(_Told):
    """連絡調整担当: whom partners call; seen by staff alone."""

    organisation: Annotated[Text, Field(max_length=120)] = ""
    unit: Annotated[Text, Field(max_length=120)] = ""
    phone: Annotated[Number, Field(max_length=40)] = ""
    fax: Annotated[Number, Field(max_length=40)] = ""
    mail: Mail = ""
    hours: Annotated[Text, Field(max_length=200)] = ""


class AdministratorTold(_Told):
    """The first administrator. The password is asked for or made, and stands in no file."""

    name: Annotated[Text, Field(min_length=1, max_length=150, pattern=r"^[\w.@+-]+$")]
    mail: Mail = ""


class Told(_Told):
    """Everything. What is left out is not set up, and stands in the list of what is missing."""

    municipality: MunicipalityTold
    site_name: Annotated[Text, Field(max_length=60)] = ""
    layers: list[Text] = []
    towns: str = ""
    areas: str = ""
    fields: list[Text | FieldTold] = []
    desk: DeskTold | None = None
    coordinator: CoordinatorTold | None = None
    administrator: AdministratorTold | None = None


def read_file(path: Path) -> dict[str, Any]:
    """A YAML file as it is written; names of tables in it become paths beside it. Raises StartError."""
    try:
        content = read_yaml(path.name, path.parent)
    except FixtureError as error:
        raise StartError(
            [
                _("{file}：YAMLとして読めません。字下げと「:」のあとの空白を確かめてください。").format(file=path.name),
                *error.problems,
            ]
        ) from error
    except UnicodeDecodeError as error:
        raise StartError([_("{file}：文字コードをUTF-8にして保存し直してください。").format(file=path.name)]) from error
    except (OSError, yaml.YAMLError) as error:
        raise StartError(
            [_("{file}：開けません。ファイルの名前と場所を確かめてください。").format(file=path)]
        ) from error
    if not isinstance(content, dict):
        raise StartError([_("{file}：「municipality:」から書き始めてください。").format(file=path.name)])
    for name in ("towns", "areas"):
        if isinstance(content.get(name), str) and content[name]:
            content[name] = str(path.parent / content[name])
    return content


def read_told(content: dict[str, Any]) -> tuple[Told, list[str]]:
    """What was told, and what was repaired, in words. Raises StartError with every problem."""
    try:
        told = Told.model_validate(content)
    except SchemaError as error:
        raise StartError(list(_problems(error))) from error
    municipality, problems, repaired = told.municipality, [], []
    if municipality.prefecture not in PREFECTURES:
        problems.append(
            _(
                "municipality > prefecture「{value}」：「北海道」「東京都」のように、都道府県まで書いてください。"
            ).format(value=municipality.prefecture)
        )
    else:
        try:
            municipality.code, note = read_code(municipality.code, municipality.prefecture)
            repaired = [_("全国地方公共団体コード：{note}").format(note=note)] if note else []
        except CodeError as error:
            problems.append(f"municipality > code「{municipality.code}」：{error}")
    if (municipality.lat is None) != (municipality.lon is None):
        problems.append(_("municipality > lat：緯度と経度は、両方書くか、両方空にします。"))
    if told.desk and not any(
        (told.desk.phone, told.desk.fax, told.desk.mail, told.desk.form, told.desk.line, told.desk.visit)
    ):
        problems.append(_("desk：電話・FAX・メール・フォーム・LINE・たずねる場所の、どれかひとつは書いてください。"))
    if told.coordinator and not any((told.coordinator.phone, told.coordinator.fax, told.coordinator.mail)):
        problems.append(_("coordinator：電話・FAX・メールのどれかひとつは書いてください。"))
    if problems:
        raise StartError(problems)
    return told, repaired


def _problems(error: SchemaError) -> Iterator[str]:
    """What pydantic found, in words for whoever wrote the file."""
    for problem in error.errors():
        steps = [str(step + 1) if isinstance(step, int) else str(step) for step in problem["loc"]]
        place, kind, context = " > ".join(steps), problem["type"], problem.get("ctx", {})
        value = problem["input"]
        shown = f"「{str(value)[:LONGEST_SHOWN]}」" if isinstance(value, str | int | float) and value != "" else ""
        if kind in {"missing", "string_too_short", "too_short"}:
            words = _("空です。書いてください。")
            shown = ""
        elif kind == "extra_forbidden":
            words = _("知らない項目です。つづりを確かめるか、消してください。")
        elif kind in {"string_too_long", "too_long"}:
            words = _("長すぎます（{limit}字まで）。").format(limit=context["max_length"])
        elif kind == "value_error":
            words = str(context["error"])
        elif kind == "string_pattern_mismatch":
            words = _("使えない文字があります。半角の英数字で書いてください。")
        else:
            words = _("書き方がちがいます。見本（--example）と見くらべてください。")
        yield f"{place}{shown}：{words}"
