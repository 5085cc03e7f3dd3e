"""Public records in a form that others pass on: a list for a table, as JSON, or on a leaflet.

Everything here comes from public records. Nobody's contact points, notes or drafts can get into a file that is handed around.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q
from django.db.models.fields.json import KT
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from ..areas.index import AreaNode, area_index
from ..cache import remembered
from ..choices import ChannelKind, Kind
from ..finding.filters import MOST_VALUES, area_options, field_options
from ..hours import text as hours_text
from ..models import Field, Programme, PublicRecord
from ..public.facts import facts_of, said
from ..public.projection import read_all
from ..public.record import PublicResource
from ..public.roles import all_types
from ..public.selectors import Ended, records_at_home

# So many records are read at once: what a file needs of memory does not grow with the register.
BATCH = 200
# Among so many desks a leaflet chooses.
MOST_DESKS = 500
# Desks for any trouble lead a leaflet; more of them would leave no room for the others.
MOST_LEADING = 2
# A spreadsheet takes a cell that begins with one of these for a formula; Excel in Japanese takes the wide ones too.
FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")
# Excel opens a CSV file as UTF-8 only with this in front.
BOM = "\ufeff"
Address = Callable[[str], str]


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet runs: what looks like the beginning of a formula gets an apostrophe in front."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


@dataclass(frozen=True, slots=True)
class SharedList:
    """What somebody asked to share; empty means everything.

    `roles` are codes of programmes and narrow desks only: other kinds are there when `kinds` names them.
    """

    kinds: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    area: tuple[str, ...] = ()
    field: tuple[str, ...] = ()

    @classmethod
    def read(cls, query: QueryDict) -> SharedList:
        """From the parameters kind, role, area and field of an address; what is not known is left out."""
        return cls(
            kinds=_known(query, "kind", Kind.values),
            roles=_known(query, "role", list(_programmes())),
            area=_known(query, "area", [slug for slug, _name in area_options()]),
            field=_known(query, "field", [code for code, _name in field_options()]),
        )

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """As parameters of an address, in a fixed order."""
        named = (("kind", self.kinds), ("role", self.roles), ("area", self.area), ("field", self.field))
        return [(name, value) for name, values in named for value in values]

    def resources(self, home: AreaNode | None) -> Iterator[PublicResource]:
        """All public resources in their stable order; without a named area those for the residents of `home`.

        Which they are is settled at once; they are read a batch at a time, without those that were taken back meanwhile.
        """
        return _read(_chosen(self.kinds, self.roles, self.types, self.area, self.field, home=home))


def shared_resources(
    kinds: Collection[str] = (),
    roles: Collection[str] = (),
    types: Collection[str] = (),
    area: Collection[str] = (),
    field: Collection[str] = (),
    *,
    home: AreaNode | None = None,
    most: int | None = None,
    and_for_everything: bool = False,
) -> list[PublicResource]:
    """The first public resources that fit all that is named: desks for everything of an area first, then by kind and reading.

    An area means all that is of use to somebody in it (`AreaIndex.relevant_to`); without one, what is so to residents of
    `home`. Codes that do not exist fit nothing.
    With `and_for_everything`, desks for any trouble are there whatever their programme is.
    """
    chosen = _chosen(kinds, roles, types, area, field, home=home, and_for_everything=and_for_everything)
    return list(_read(chosen[:most]))


def _chosen(
    kinds: Collection[str],
    roles: Collection[str],
    types: Collection[str],
    area: Collection[str],
    field: Collection[str],
    *,
    home: AreaNode | None = None,
    and_for_everything: bool = False,
) -> list[int]:
    """Primary keys of the public records that fit, in their order."""
    records = PublicRecord.objects.all() if area else records_at_home(home)
    if kinds:
        records = records.filter(kind__in=kinds)
    if roles:
        known = _programmes()
        desks = Q(kind=Kind.DESK, data__desk__programme__in=[known[code] for code in roles if code in known])
        if and_for_everything:
            desks |= Q(kind=Kind.DESK, data__desk__any_attribute=True)
        records = records.filter(desks | ~Q(kind=Kind.DESK) if kinds else desks)
    if types:
        records = records.filter(type__in=types)
    if area:
        index = area_index()
        nodes = [index.by_slug[slug] for slug in area if slug in index.by_slug]
        served = frozenset().union(*(index.relevant_to(node.pk) for node in nodes))
        records = records.filter(resource__areas__in=served)
    if field:
        records = records.filter(resource__fields__code__in=field)
    # Only what the order needs is read of all that fit; a prefecture has tens of thousands.
    rows = set(records.values_list("kind", KT("data__reading"), "pk", KT("data__desk__default_for")))
    return [pk for *_order, pk in sorted(_place(*row) for row in rows)]


def _read(pks: Sequence[int]) -> Iterator[PublicResource]:
    """The public resources of the keys, one question for each batch."""
    for start in range(0, len(pks), BATCH):
        batch = pks[start : start + BATCH]
        found = {record.pk: record for record in PublicRecord.objects.filter(pk__in=batch)}
        yield from read_all(found[pk] for pk in batch if pk in found)


def leaflet_desks(shared: SharedList, home: AreaNode | None, *, most: int, without: str = "") -> list[PublicResource]:
    """A few desks for one sheet, none of a kind before each kind had its turn; `without` one that stands there already.

    Desks for any trouble lead. For a named area its own desks go before those of a larger one; for the whole municipality,
    desks for all of it go before those of a part.
    """
    slugs = shared.area or ((home.slug,) if home else ())
    found = shared_resources(
        (Kind.DESK,), shared.roles, shared.types, slugs, shared.field, most=MOST_DESKS, and_for_everything=True
    )
    desks = [desk for desk in found if desk.short_id != without]
    order = _type_order()

    def is_near(desk: PublicResource) -> bool:
        return any(area.slug in slugs for area in desk.areas)

    # For more needs, that is for more people; the order of the types decides between equals.
    desks.sort(key=lambda desk: (not is_near(desk), -len(desk.needs), order.get(desk.type.code, len(order))))
    leading = [desk for desk in desks if _for_any_trouble(desk) and desk.accepts_anyone and is_near(desk)][
        :MOST_LEADING
    ]
    turns: Counter[str] = Counter()
    others: list[tuple[tuple[bool, int], PublicResource]] = []
    for desk in desks:
        if desk not in leading:
            # Who asked for a programme wants its desks; those for any trouble only fill up.
            others.append(((bool(shared.roles) and _for_any_trouble(desk), turns[desk.type.code]), desk))
            turns[desk.type.code] += 1
    others.sort(key=lambda entry: entry[0])
    chosen = [*leading, *(desk for _order, desk in others)][:most]
    return sorted(chosen, key=lambda desk: not _for_any_trouble(desk))


def columns() -> list[str]:
    """The header row of the table."""
    return [
        _("名前"),
        _("よみ"),
        _("種類"),
        _("分野"),
        _("対象の地域"),
        _("電話"),
        _("FAX"),
        _("メール"),
        _("ホームページ"),
        _("受付・開いている日時"),
        _("場所"),
        _("費用"),
        _("確認した日"),
        _("このサイトのページ"),
    ]


def cells(resource: PublicResource, address: Address, today: date) -> list[str]:
    """The row of one resource, with telephone numbers as they were typed."""
    separator = _("、")
    return [
        resource.name,
        resource.reading,
        resource.kind_label,
        separator.join(field.name for field in resource.fields),
        separator.join(area.name for area in resource.areas),
        separator.join(_values(resource, ChannelKind.PHONE)),
        separator.join(_values(resource, ChannelKind.FAX)),
        separator.join(_values(resource, ChannelKind.MAIL)),
        separator.join(_values(resource, ChannelKind.WEB)) or resource.organisation.website,
        " / ".join(when(resource, today)),
        _where(resource),
        _cost(resource),
        resource.verified_on.isoformat() if resource.verified_on else "",
        address(resource.path),
    ]


def table(resources: Iterable[PublicResource], address: Address, today: date) -> Iterator[str]:
    """The CSV file row by row, as spreadsheets on Japanese machines read it."""
    yield BOM + _line(columns())
    for resource in resources:
        yield _line([safe_cell(cell) for cell in cells(resource, address, today)])


def _line(row: Sequence[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow(row)
    return buffer.getvalue()


def item(resource: PublicResource, address: Address, today: date) -> dict[str, Any]:
    """The facts of one resource for other software."""
    place = resource.place
    return {
        "id": resource.short_id,
        "url": address(resource.path),
        "name": resource.name,
        "reading": resource.reading,
        "kind": resource.kind.value,
        "kind_label": resource.kind_label,
        "type": resource.type.model_dump(),
        "summary": resource.summary,
        "organisation": resource.organisation.name,
        "website": resource.organisation.website,
        "fields": [field.model_dump() for field in resource.fields],
        "areas": [{"slug": area.slug, "name": area.name} for area in resource.areas],
        "channels": [
            {
                "kind": channel.kind.value,
                "label": channel.label,
                "value": channel.value,
                "note": channel.note,
                "hours": channel.hours,
            }
            for channel in resource.channels
        ],
        "hours": hours_text.describe_schedule(resource.schedule, today),
        "hours_note": resource.hours_note,
        "exceptions": hours_text.describe_exceptions(resource.schedule, today),
        "notices": hours_text.describe_words(resource.schedule, timezone.localtime()),
        "place": place.model_dump() if place else None,
        "eligibility": resource.eligibility.value,
        "cost": resource.shown_cost.value if resource.shown_cost else None,
        "cost_note": resource.cost_note,
        "programme": resource.desk.programme if resource.desk else "",
        "facts": [
            {"field": fact.field, "label": fact.label, "words": fact.words}
            for fact in said(resource, facts_of(resource.kind))
        ],
        "verified_on": resource.verified_on.isoformat() if resource.verified_on else None,
        "until": resource.until.isoformat() if resource.until else None,
    }


def ended_item(one: Ended) -> dict[str, Any]:
    """What other software is told of an entry that is public no more."""
    return {"id": one.id, "ended_on": one.ended_on.isoformat(), "successor": one.successor or None}


def ended_table(ended: Iterable[Ended], address: Address) -> Iterator[str]:
    """The same as a table."""
    yield BOM + _line([_("番号"), _("このサイトのページ"), _("載っていた最後の日"), _("あとを引きつぐ案内の番号")])
    for one in ended:
        yield _line([one.id, address(f"/resources/{one.id}/"), one.ended_on.isoformat(), one.successor])


def when(resource: PublicResource, today: date) -> list[str]:
    """When it is open, a line each; empty when nothing is known."""
    lines = hours_text.describe_schedule(resource.schedule, today)
    return [*lines, resource.hours_note] if resource.hours_note else lines


def _known(query: QueryDict, name: str, options: Sequence[str]) -> tuple[str, ...]:
    asked = set(query.getlist(name)[:MOST_VALUES])
    return tuple(value for value in options if value in asked)


def _programmes() -> dict[str, str]:
    """Programmes by code, as the public records of desks name them; forgotten with the records."""
    return remembered(
        "records", "programmes", lambda: {programme.code: str(programme) for programme in Programme.objects.all()}
    )


def heading_of_fields(codes: Collection[str]) -> str:
    """What the city writes above a leaflet of these fields: the first that has words of its own, or ""."""
    headings = remembered(
        "fields",
        "leaflet headings",
        lambda: dict(Field.objects.exclude(leaflet_heading="").values_list("code", "leaflet_heading")),
    )
    return next((headings[code] for code in codes if code in headings), "")


def _type_order() -> dict[str, int]:
    return {code: place for place, code in enumerate(all_types())}


def _for_any_trouble(resource: PublicResource) -> bool:
    return resource.desk is not None and resource.desk.any_attribute


def _place(kind: str, reading: str | None, pk: int, default_for: str | None) -> tuple[bool, int, str, int]:
    is_default = (default_for or "[]") != "[]"
    return (not is_default, Kind.values.index(kind), reading or "", pk)


def _values(resource: PublicResource, kind: ChannelKind) -> list[str]:
    return [channel.value for channel in resource.channels if channel.kind == kind and channel.value]


def _where(resource: PublicResource) -> str:
    place = resource.place
    if place is None:
        return ""
    postal = f"〒{place.postal_code}" if place.postal_code else ""
    return " ".join(part for part in (place.name, postal, place.address) if part)


def _cost(resource: PublicResource) -> str:
    label = str(resource.shown_cost.label) if resource.shown_cost else ""
    return f"{label}（{resource.cost_note}）" if label and resource.cost_note else label or resource.cost_note
