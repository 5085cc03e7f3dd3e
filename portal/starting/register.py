"""What the beginning writes into the register: the municipality, its layers, areas and 町字, the fields, the desk for everything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import jaconv
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.utils.translation import gettext as _

from directory.areas.index import forget_areas
from directory.choices import ChannelKind, HolidayPolicy, NeedRole, TypeRole
from directory.identity import stable_short_id, stable_uuid
from directory.models import (
    Area,
    AreaLayer,
    Channel,
    ConsultationDesk,
    Field,
    InstitutionType,
    Need,
    OpeningRule,
    Organisation,
    PostalCode,
    Town,
)

from .areas import AreaPlan, Land, TownPlan
from .file import DeskTold, FieldTold, MunicipalityTold, StartError
from .pages import DEMO, ORIGIN

MUNICIPALITIES = "市町村"
LONGEST_SLUG = 60


@dataclass(slots=True)
class Report:
    """What a run did: made, found different (and left alone), repaired; all in words."""

    made: list[str] = field(default_factory=list)
    differs: list[str] = field(default_factory=list)
    repaired: list[str] = field(default_factory=list)

    def compare(self, what: str, values: Iterable[tuple[str, Any, Any]]) -> None:
        """Note each value that was told otherwise than it stands; what was not told ("" or None) is no difference."""
        for label, now, given in values:
            if given not in ("", None, []) and now != given:
                self.differs.append(
                    _("{what}：{label}は、いま「{now}」です。「{given}」に変わることになります。").format(
                        what=what, label=label, now=now if now not in ("", None) else _("（空）"), given=given
                    )
                )


def make_municipality(told: MunicipalityTold, current: Area | None, report: Report) -> Area:
    """The area of the municipality itself: the one that the site has already, one of the same code, or a new one."""
    # Areas of the demo are nobody's own.
    own = Area.objects.filter(layer__is_municipality=True).exclude(origin=DEMO)
    known = (
        current or own.filter(code=told.code).first() or own.filter(name=told.name, prefecture=told.prefecture).first()
    )
    if known is not None:
        report.compare(
            _("市町村「{name}」").format(name=known.name),
            (
                (_("名前"), known.name, told.name),
                (_("よみ"), known.reading, told.reading),
                (_("都道府県"), known.prefecture, told.prefecture),
                (_("全国地方公共団体コード"), known.code, told.code),
                (_("緯度"), known.lat, told.lat),
                (_("経度"), known.lon, told.lon),
            ),
        )
        return known
    layer = AreaLayer.objects.filter(is_municipality=True).first()
    if layer is None:
        layer = AreaLayer(name=MUNICIPALITIES, order=1, is_municipality=True, origin=ORIGIN)
        _save(layer, MUNICIPALITIES)
    values = told.model_dump()
    area = Area(layer=layer, origin=ORIGIN, slug=_free_slug(told.reading, f"c{told.code}"), **values)
    _save(area, told.name)
    report.made.append(_("市町村：{name}（{code}）").format(name=area.name, code=area.code))
    return area


def make_land(land: Land, municipality: Area, report: Report) -> None:
    """The layers, areas and 町字 that are missing; what stands otherwise is told and left alone."""
    layers = {layer.name: layer for layer in _layers(land.layers, report)}
    areas = _areas(land, layers, municipality, report)
    made = 0
    known = {
        town.name: town
        for town in Town.objects.filter(municipality=municipality).prefetch_related("postal_codes", "areas")
    }
    for plan in land.towns.values():
        if town := known.get(plan.name):
            _compare_town(town, plan, [areas[key] for key in plan.areas], report)
        else:
            _make_town(plan, municipality, [areas[key] for key in plan.areas])
            made += 1
    if made:
        report.made.append(_("町字：{count}件").format(count=made))
    forget_areas()


def _layers(names: list[str], report: Report) -> Iterator[AreaLayer]:
    last = max(AreaLayer.objects.values_list("order", flat=True), default=0)
    for order, name in enumerate(names, start=last + 1):
        layer = AreaLayer.objects.filter(name=name).first()
        if layer is None:
            layer = AreaLayer(name=name, order=order, origin=ORIGIN)
            _save(layer, name)
            report.made.append(_("圏域の層：{name}").format(name=name))
        elif layer.is_municipality:
            raise StartError([_("「{name}」は市町村の層の名前です。ほかの名前にしてください。").format(name=name)])
        yield layer


def _areas(land: Land, layers: dict[str, AreaLayer], municipality: Area, report: Report) -> dict[tuple[str, str], Area]:
    """Every area of the tables, the broader ones first: they are the parents of the others."""
    below = Area.objects.filter(layer__in=layers.values()).exclude(origin=DEMO).select_related("layer", "parent")
    known = {(area.layer.name, area.name): area for area in below}
    found: dict[tuple[str, str], Area] = {}
    made = 0
    plans = sorted(land.areas.values(), key=lambda plan: land.layers.index(plan.layer))
    for order, plan in enumerate(plans, start=1):
        parent = found[plan.parent] if plan.parent else municipality
        area = known.get(plan.key)
        if area is None:
            area = _make_area(plan, layers[plan.layer], parent, order)
            made += 1
        else:
            report.compare(
                _("圏域「{name}」").format(name=area.name),
                (
                    (_("よみ"), area.reading, plan.reading),
                    (_("ほかの呼び方"), area.aliases, plan.aliases),
                    (_("アドレスに使う名前"), area.slug, plan.slug),
                    (_("上の圏域"), str(area.parent or ""), str(parent)),
                    (_("緯度"), area.lat, plan.lat),
                    (_("経度"), area.lon, plan.lon),
                ),
            )
        found[plan.key] = area
    if made:
        report.made.append(_("圏域：{count}件").format(count=made))
    return found


def _make_area(plan: AreaPlan, layer: AreaLayer, parent: Area, order: int) -> Area:
    taken = Area.objects.filter(slug=plan.slug).first() if plan.slug else None
    if taken is not None:
        whose = _("デモの圏域") if taken.origin == DEMO else _("圏域")
        raise StartError(
            [
                _(
                    "圏域「{name}」：アドレスに使う名前「{slug}」は、{whose}「{other}」が使っています。ほかの名前にするか、空にしてください。"
                ).format(name=plan.name, slug=plan.slug, whose=whose, other=taken.name)
            ]
        )
    area = Area(
        layer=layer,
        parent=parent,
        origin=ORIGIN,
        name=plan.name,
        reading=plan.reading,
        aliases=plan.aliases,
        lat=plan.lat,
        lon=plan.lon,
        order=min(order, 32_000),
        slug=plan.slug or _free_slug(plan.reading, f"area-{order}"),
    )
    _save(area, plan.name)
    return area


def _make_town(plan: TownPlan, municipality: Area, areas: list[Area]) -> None:
    town = Town(
        municipality=municipality, origin=ORIGIN, name=plan.name, reading=plan.reading, note="、".join(plan.notes)
    )
    town.postal_codes.set([PostalCode(code=code) for code in plan.codes])
    _save(town, plan.name)
    town.areas.set(areas)


def _compare_town(town: Town, plan: TownPlan, areas: list[Area], report: Report) -> None:
    def names(records: Iterable[Any]) -> str:
        return "、".join(sorted(str(record) for record in records))

    codes = sorted(code.code for code in town.postal_codes.all())
    report.compare(
        _("町字「{name}」").format(name=town.name),
        (
            (_("よみ"), town.reading, plan.reading),
            (_("郵便番号"), "、".join(codes), "、".join(sorted(plan.codes))),
            (_("属する圏域"), names(town.areas.all()), names(areas)),
            (_("備考"), town.note, "、".join(plan.notes)),
        ),
    )


def make_fields(told: list[str | FieldTold], report: Report, *, is_first: bool) -> None:
    """The city's own fields in their order; those that it does not name are retired. Later they are only compared.

    Raises StartError for a name that nobody knows.
    """
    if not told:
        return
    known = {field_.code: field_ for field_ in Field.objects.all()}
    by_name = {field_.name: field_ for field_ in known.values()}
    chosen, problems = [], []
    for entry in told:
        found = known.get(entry.code) if isinstance(entry, FieldTold) else known.get(entry) or by_name.get(entry)
        if found is None and isinstance(entry, FieldTold):
            found = Field(origin=ORIGIN, **entry.model_dump())
        if found is None:
            problems.append(
                _(
                    "fields「{name}」：登録されていない分野です。使える名前：{names}。新しい分野は、name と code を書いてください。"
                ).format(name=entry, names="、".join(by_name))
            )
        else:
            chosen.append(found)
    if problems:
        raise StartError(problems)
    if not is_first:
        now = [field_.name for field_ in Field.objects.filter(retired=False)]
        names = (_("分野と並び順"), "、".join(now), "、".join(field_.name for field_ in chosen))
        report.compare(_("分野"), [names])
        return
    for order, field_ in enumerate(chosen, start=1):
        field_.order, field_.retired = order, False
        _save(field_, field_.name)
    for field_ in Field.objects.exclude(code__in=[item.code for item in chosen]):
        field_.retired = True
        field_.save()
    report.made.append(_("分野：{names}").format(names="、".join(field_.name for field_ in chosen)))


def own_desk(municipality: Area) -> ConsultationDesk | None:
    """The desk for everything of the whole municipality, published or not."""
    return ConsultationDesk.objects.filter(default_for=municipality).order_by("-live", "pk").first()


def make_desk(told: DeskTold, municipality: Area, report: Report) -> ConsultationDesk:
    """The desk for everything of the municipality, published: where every page ends."""
    known = own_desk(municipality)
    if known is not None:
        ways = {channel.kind: channel.value for channel in known.channels.all()}
        report.compare(
            _("分野を問わない窓口「{name}」").format(name=known.name),
            (
                (_("名前"), known.name, told.name),
                (_("よみ"), known.reading, told.reading),
                (_("ひとことで"), known.summary, told.summary),
                *((str(kind.label), ways.get(kind, ""), value) for kind, value in _ways(told)),
            ),
        )
        return known
    type_ = InstitutionType.objects.filter(role=TypeRole.EVERYTHING).order_by("order", "pk").first()
    if type_ is None:
        raise StartError(
            [_("「何でも相談できる窓口」の役目を持つ機関の種類がありません。登録簿の設定で、ひとつ選んでください。")]
        )
    identity = stable_uuid(ORIGIN, "desk")
    desk = ConsultationDesk(
        uuid=identity,
        short_id=stable_short_id(identity),
        origin=ORIGIN,
        name=told.name,
        reading=told.reading,
        summary=told.summary or _("どこに相談してよいか分からないときの窓口です。年齢や分野を問わず、話を聞きます。"),
        organisation=make_organisation(told.organisation or municipality.name, municipality, type_),
        type=type_,
        any_attribute=True,
    )
    desk.channels.set(
        [Channel(sort_order=order, kind=kind, value=value) for order, (kind, value) in enumerate(_ways(told))]
    )
    desk.opening_rules.set(
        [
            OpeningRule(
                sort_order=order,
                weekdays=opening.days,
                opens=opening.opens,
                closes=opening.closes,
                holidays=HolidayPolicy.CLOSED,
            )
            for order, opening in enumerate(told.hours)
        ]
    )
    desk.fields = list(Field.objects.filter(retired=False))
    desk.needs = list(Need.objects.filter(role=NeedRole.WHERE))
    desk.areas = [municipality]
    desk.default_for = [municipality]
    for part in (*desk.channels.all(), *desk.opening_rules.all()):
        _check(part, _("分野を問わない窓口"), exclude=["resource"])
    _save(desk, _("分野を問わない窓口"))
    desk.save_revision().publish()
    report.made.append(_("分野を問わない窓口：{name}").format(name=desk.name))
    return desk


def make_organisation(name: str, municipality: Area, type_: InstitutionType | None = None) -> Organisation:
    """An organisation of the municipality by its name."""
    known = Organisation.objects.filter(name=name, municipality=municipality).first()
    if known is not None:
        return known
    type_ = type_ or InstitutionType.objects.filter(role=TypeRole.SECTION).order_by("order", "pk").first()
    if type_ is None:
        raise StartError(
            [_("「市役所の担当課」の役目を持つ機関の種類がありません。登録簿の設定で、ひとつ選んでください。")]
        )
    organisation = Organisation(name=name, municipality=municipality, type=type_, origin=ORIGIN)
    _save(organisation, name)
    return organisation


def _ways(told: DeskTold) -> list[tuple[ChannelKind, str]]:
    ways = (
        (ChannelKind.PHONE, told.phone),
        (ChannelKind.FAX, told.fax),
        (ChannelKind.MAIL, told.mail),
        (ChannelKind.FORM, told.form),
        (ChannelKind.LINE, told.line),
        (ChannelKind.VISIT, told.visit),
    )
    return [(kind, value) for kind, value in ways if value]


def _free_slug(reading: str, otherwise: str) -> str:
    """A name for addresses out of a reading: とうぶ becomes "toubu". What no letters write gets the other one."""
    letters = jaconv.kana2alphabet("".join(reading.split()))
    base = letters if letters.isascii() and letters.isalnum() else otherwise
    base = base.lower()[: LONGEST_SLUG - 4]
    taken = set(Area.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(slug for slug in (base, *(f"{base}-{number}" for number in range(2, 1_000))) if slug not in taken)


def _save(record: Any, what: str) -> None:
    _check(record, what)
    record.save()


def _check(record: Any, what: str, exclude: list[str] | None = None) -> None:
    """Raise StartError with what is wrong, by the names that forms use."""
    try:
        record.full_clean(exclude=exclude)
    except ValidationError as error:
        named = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        raise StartError(
            [f"{what}：{_label(record, name)}{' '.join(messages)}" for name, messages in named.items()]
        ) from error


def _label(record: Any, name: str) -> str:
    try:
        return f"「{record._meta.get_field(name).verbose_name}」"
    except FieldDoesNotExist:
        # Of the record as a whole.
        return ""
