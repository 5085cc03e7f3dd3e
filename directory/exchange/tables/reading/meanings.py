"""One record of a foreign file, and what its cells mean as rows of our own tables."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

import jaconv
from django.utils.translation import gettext as _

from directory.choices import Access, Booking, Cost

from ..rows import Row
from . import cells, dates, places
from .channels import channel_rows
from .costs import cost_of_groups
from .opening.rows import opening_rows
from .profiles import FROM_FACTS, Profile
from .records import Putting, Record

JOINED = "、"
LONGEST_SUMMARY = 160
# Shorter ones say yes or no, or are a way (電話) that says nothing without its header.
LONGEST_BOOKING_WORD = 4
# Own columns whose text is taken as it is.
AS_IT_IS = frozenset(
    {
        "name",
        "body",
        "place_name",
        "access_note",
        "cost_note",
        "first_visit_note",
        "source",
        "run_by",
        "capacity",
        "activity",
        "commitment",
        "skills",
        "pay_note",
        "support",
        "operator",
        "organisation",
        "type",
        "fields",
        "needs",
        "areas",
    }
)
FLAGS = ("drop_in", "meal")
ACCESS = {
    "parking": Access.PARKING,
    "wheelchair": Access.WHEELCHAIR,
    "elevator": Access.ELEVATOR,
    "slope": Access.SLOPE,
    "accessible_toilet": Access.TOILET,
    "nursing_room": Access.NURSING_ROOM,
    "writing": Access.WRITING,
}
ACCESS_WORDS = (
    (Access.WHEELCHAIR, r"車(?:いす|椅子|イス)(?:可|対応|で入れ|利用可)"),
    (Access.SLOPE, r"スロープ|段差なし"),
    (Access.ELEVATOR, r"エレベータ"),
    (Access.TOILET, r"(?:多目的|多機能|バリアフリー|車(?:いす|椅子)用|みんなの)トイレ"),
    (Access.PARKING, r"駐車場"),
    (Access.NURSING_ROOM, r"授乳室|おむつ"),
    (Access.WRITING, r"筆談"),
)
# A word of facilities that is followed by a no: 「エレベーターなし」.
DENIED = re.compile(r"(?:なし|無し|無|ない|ありません|不可|×)")
# Headers that ask whether there is something, and the numbers by which some lists answer.
ASKED = re.compile(r"(?:実施|有無|可否|対応|提供)$")
YES_OR_NO = frozenset({"0", "1"})
KANJI_NUMBERS = str.maketrans("一二三四五六七八九", "123456789")


class Towns:
    """Names of the register's 町字, to be found at the beginning of an address (二丁目 and 2丁目 are the same)."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = {self._alike(name): name for name in names}
        self._longest = max(map(len, self._names), default=0)

    def split(self, address: str) -> tuple[str, str]:
        """The town, and the rest of the address; no town where it begins with none of them."""
        alike = self._alike(address)
        if len(alike) == len(address):
            for length in range(min(self._longest, len(alike)), 0, -1):
                if name := self._names.get(alike[:length]):
                    return name, address[length:].strip()
        return "", address

    @staticmethod
    def _alike(text: str) -> str:
        return re.sub(
            r"[一二三四五六七八九](?=丁目)", lambda found: found[0].translate(KANJI_NUMBERS), dates.folded(text)
        )


def read_record(record: Record, profile: Profile, today: date, towns: Towns) -> list[Row]:
    """The rows that a record makes: the resource, its organisation, channels, hours and exceptions."""
    resource = Row("resources", record.place(""))
    put = Putting(record, resource)
    put("kind", profile.kind)
    for column in [name for name in record.values if name in AS_IT_IS]:
        put(column, record.text(column), column)
    for column, text in (
        ("type", profile.type),
        ("fields", profile.fields),
        ("areas", profile.areas),
        ("organisation", profile.organisation),
    ):
        if column not in resource.cells:
            put(column, text)
    operator = resource.cells.pop("operator", None)
    _read_reading(record, put)
    _read_place(record, put, towns)
    _read_who_and_cost(record, put)
    _read_access(record, put)
    _read_days(record, put)
    _read_words(record, put, profile)
    rows = [resource, *channel_rows(record)]
    rows += opening_rows(record, put, today)
    name = resource.text("organisation")
    if name:
        # A file calls an organisation by its name: it is the same one in the next year's file.
        organisation = Row("organisations", record.place(record.header("organisation")), source_key=name)
        organisation.cells["name"] = resource.cells["organisation"]
        if "type" in resource.cells:
            organisation.cells["type"] = resource.cells["type"]
        if operator:
            organisation.cells["operator"] = operator
        rows.append(organisation)
    return rows


def _read_reading(record: Record, put: Putting) -> None:
    text = record.text("reading")
    if text:
        put("reading", jaconv.kata2hira(dates.folded(text).replace("-", "ー")), "reading")


def _read_place(record: Record, put: Putting, towns: Towns) -> None:
    text = record.text("postal_code")
    if text and not cells.is_nothing(text, zero=True):
        code = cells.postal_code_of(text)
        put("postal_code", code, "postal_code")
        if not code:
            record.note(
                "postal_code", text, _("郵便番号ではないようです。7けたの数字で書いてください。取り込みません。")
            )
    # 所在地1, 所在地2 ... are pieces of one.
    whole = "".join(text for text, _header in record.each("whole_address"))
    city = record.text("city")
    address = places.address_of(whole)
    rest = address.rest
    if not rest:
        inner = places.address_of(f"{record.text('prefecture')}{city.removeprefix(record.text('prefecture'))}")
        block = record.text("block")
        if as_it_was := places.undated(block):
            message = _("番地が日付に変わっていたので、%(block)sに直しました。確かめてください。")
            record.note("block", block, message % {"block": as_it_was})
            block = as_it_was
        rest = f"{inner.rest}{record.text('town')}{block}".strip()
        if inner.rest and not record.text("block"):
            record.note("city", city, _("市区町村の列に、所在地の全体が入っています。番地までを読みました。"))
    record.values.setdefault("address_said", [(whole or f"{city}{rest}", "")])
    hides = any(
        "公開" in text and places.HIDDEN.search(text)
        for column in ("to_body", "building", "block", "whole_address", "access_note", "place_name")
        for text, _header in record.each(column)
    )
    if hides:
        message = _("住所は公開しないと書かれているので、番地・建物・地図の位置は取り込みません。")
        record.note("whole_address" if whole else "block", whole or record.text("block"), message)
        town, _left = places.split_town(rest)
        put("town", towns.split(town)[0], "whole_address" if whole else "block")
        for column in ("place_name", "access_note"):
            put.row.cells.pop(column, None)
        return
    building = record.text("building")
    if building:
        put("place_name", building, "building")
    if "place_name" not in put.row.cells and record.text("place_name"):
        put("place_name", record.text("place_name"), "place_name")
    source = "whole_address" if whole else "block"
    town, left = towns.split(rest)
    put("town", town, source)
    put("address", left, source)
    lat, lon, said = places.coordinates_of(record.text("lat"), record.text("lon"))
    put("lat", lat, "lat")
    put("lon", lon, "lon")
    value = f"{record.text('lat')}, {record.text('lon')}"
    if said == "exchanged":
        record.note("lat", value, _("緯度と経度が入れかわっていたので、直しました。"))
    elif said == "wrong":
        record.note("lat", value, _("日本の緯度・経度ではないので、取り込みません。"))
    code = record.text("municipality_code")
    if code and not cells.is_nothing(code, zero=True) and not places.code_of(code):
        record.note("municipality_code", code, _("全国地方公共団体コードの検査数字が合いません。"))


def _read_who_and_cost(record: Record, put: Putting) -> None:
    if text := record.text("who_text"):
        level, audiences, note = cells.who_of(text)
        put("eligibility", level.value, "who_text")
        put("audiences", JOINED.join(audience.value for audience in audiences), "who_text")
        put("eligibility_note", note, "who_text")
    if groups := record.each("cost_of_group"):
        cost, note = cost_of_groups(groups)
        if cost == Cost.FREE and cells.PARTLY.search(record.text("cost_note")):
            cost = Cost.PARTLY
        if cost != Cost.UNKNOWN:
            put("cost", cost.value, "cost_of_group")
        after = put.row.text("cost_note")
        put("cost_note", "。".join(filter(None, [note, after])), "cost_of_group")
    if text := record.text("cost_text"):
        cost, note = cells.cost_of(text)
        put("cost", cost.value, "cost_text")
        if note:
            after = put.row.text("cost_note")
            put("cost_note", f"{note} {after}".strip() if after != note else note, "cost_text")
    _read_booking(record, put)


def _read_booking(record: Record, put: Putting) -> None:
    """Whether to book, of one or several columns; a way of booking alone (「電話」) is told with its header."""
    found = {cells.booking_of(text) for text, _header in record.each("booking_text")} - {Booking.UNKNOWN}
    if len(found) == 1:
        put("booking", found.pop().value, "booking_text")
    for text, header in record.each("booking_text"):
        if len(text) > LONGEST_BOOKING_WORD:
            put.more("first_visit_note", text, "booking_text", "\n")
        elif cells.booking_of(text) == Booking.UNKNOWN:
            put.more("first_visit_note", f"{header}: {text}" if header else text, "booking_text", "\n")


def _read_access(record: Record, put: Putting) -> None:
    found: list[str] = []
    header = ""
    for column, flag in ACCESS.items():
        for text, header_of_text in record.each(column):
            try:
                has = cells.yes_no(text)
            except ValueError:
                # 「駐車場情報: 20台」 says in words that there is one; 「有（故障中）」 says it of nothing.
                has = column == "parking" and bool(re.match(r"(?:有|あり)|[1-9]\d*(?:台|$)", dates.folded(text)))
                if not DENIED.match(text):
                    put.more(
                        "access_note" if column == "parking" else "body", f"{header_of_text}: {text}", column, "\n"
                    )
            if has:
                found.append(flag.value)
                header = column
    words = record.text("access_words")
    if words:
        header = header or "access_words"
        for flag, pattern in ACCESS_WORDS:
            match = re.search(pattern, words)
            if match and not DENIED.match(words[match.end() :].lstrip("ー：: ")):
                found.append(flag.value)
        put.more("body", f"{record.header('access_words')}: {words}", "access_words", "\n\n")
    put("accessibility", JOINED.join(dict.fromkeys(found)), header)
    for column in FLAGS:
        if text := record.text(column):
            try:
                has = cells.yes_no(text)
            except ValueError:
                record.note(column, text, _("「はい」か「いいえ」で読めません。取り込みません。"))
                continue
            if has is not None:
                put(column, "1" if has else "0", column)


def _read_days(record: Record, put: Putting) -> None:
    for column in ("verified_on", "deadline"):
        if text := record.text(column):
            day = dates.date_of(text)
            if day:
                put(column, day.isoformat(), column)
            else:
                record.note(
                    column, text, _("日付として読めません。2026-04-01 のように書いてください。取り込みません。")
                )


def _read_words(record: Record, put: Putting, profile: Profile) -> None:
    summary, source = record.text("summary"), "summary"
    description = record.text("description")
    if description:
        if not summary and len(description) <= LONGEST_SUMMARY and "\n" not in description:
            summary, source = description, "description"
        else:
            before = put.row.text("body")
            put("body", f"{description}\n\n{before}" if before else description, "description")
    genre = record.text("genre")
    if not summary and profile.summary == FROM_FACTS:
        summary, source = _facts(record, genre or profile.what), "genre"
    elif genre and genre not in summary:
        put.more("body", f"{record.header('genre')}: {genre}", "genre", "\n\n")
    put("summary", summary, source)
    for text, header in record.each("to_body"):
        label = header.rsplit("_", 1)[-1]
        if ASKED.search(label) and dates.folded(text).strip() in YES_OR_NO:
            text = _("あり") if dates.folded(text).strip() == "1" else _("なし")
        # The standards part what stands in one cell by a semicolon.
        text = re.sub(r"\s*;\s*", JOINED, text) if "://" not in text else text
        put.more("body", f"{label}: {text}" if label else text, "to_body", "\n\n")
    own = [text for text, _header in record.each("staff_note")]
    own += [f"{header}: {text}" if header else text for text, header in record.each("to_staff_note")]
    put("staff_note", "\n".join(own), "to_staff_note" if record.each("to_staff_note") else "staff_note")


def _facts(record: Record, what: str) -> str:
    """「本町にある「公民館」です。」: where and what kind of place, as far as the file says it."""
    address = places.address_of(record.text("whole_address"))
    city = (
        address.city or places.address_of(record.text("prefecture") + record.text("city")).city or record.text("city")
    )
    town = record.text("town") or places.split_town(address.rest)[0]
    where = f"{city if not re.search(r'[0-9０-９]', city) else ''}{town}"[:60]
    what = what.split("\n")[0][:80]
    if not what:
        return _("%(where)sにあります。") % {"where": where} if where else ""
    if not where:
        return _("「%(what)s」です。") % {"what": what}
    return _("%(where)sにある「%(what)s」です。") % {"where": where, "what": what}
