"""Writing register files into the register: all or nothing, and the same records whenever it is done again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from ..areas.index import forget_areas
from ..fixtures import FixtureError
from ..identity import stable_short_id, stable_uuid
from ..models import (
    Area,
    AreaLayer,
    Channel,
    ConsultationDesk,
    Field,
    InstitutionType,
    Need,
    NextStep,
    OpeningException,
    OpeningRule,
    Organisation,
    OrganisationRole,
    PostalCode,
    Programme,
    Resource,
    Town,
    kind_tables,
)
from ..public.record import OWN_FACTS
from ..public.store import refresh_public_records
from . import register_file

LAYERS = (("市町村", True), ("日常生活圏域", False), ("小学校区", False))

# What an entry calls otherwise than its column, or what is looked up.
_OTHERWISE = frozenset({"kind", "organisation", "type", "cost"})
_AS_COLUMNS = tuple(
    field.name
    for field in Resource._meta.concrete_fields
    if field.name in register_file.ResourceEntry.model_fields.keys() - _OTHERWISE
)


class RegisterLoader:
    """Loads areas and register files under one origin. Raises FixtureError with every problem; nothing is written then."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.problems: list[str] = []
        self.areas: dict[str, Area] = {}
        self.towns: dict[str, Town] = {}
        self.organisations: dict[str, Organisation] = {}
        self.resources: dict[str, Resource] = {}
        self.layers = {
            name: AreaLayer.objects.get_or_create(
                name=name, defaults={"order": order, "is_municipality": is_municipality, "origin": origin}
            )[0]
            for order, (name, is_municipality) in enumerate(LAYERS, start=1)
        }
        self.types = {record.code: record for record in InstitutionType.objects.all()}
        self.fields = {record.code: record for record in Field.objects.all()}
        self.needs = {record.code: record for record in Need.objects.all()}
        self.programmes = {record.code: record for record in Programme.objects.all()}

    def load_areas(self, content: Mapping[str, Any]) -> None:
        """A municipality with its districts, school areas and 町字 (`fixtures/demo/areas.yaml`)."""
        city = self._area(content["municipality"], "市町村", None, 0)
        for order, entry in enumerate(content["districts"], start=1):
            self._area(entry, "日常生活圏域", city, order)
        for order, entry in enumerate(content["schools"], start=1):
            self._area(entry, "小学校区", self.areas[entry["district"]], order)
        for entry in content["towns"]:
            school = self.areas[entry["school"]]
            town = Town(
                uuid=stable_uuid(self.origin, f"town:{entry['key']}"),
                origin=self.origin,
                municipality=city,
                name=entry["name"],
                reading=entry["reading"],
            )
            town.postal_codes.set([PostalCode(code=code.replace("-", "")) for code in entry["postal"]])
            town.full_clean()
            town.save()
            town.areas.set([area for area in (school, school.parent) if area])
            self.towns[entry["key"]] = town
        forget_areas()

    def _area(self, entry: Mapping[str, Any], layer: str, parent: Area | None, order: int) -> Area:
        area = Area(
            uuid=stable_uuid(self.origin, f"area:{entry['key']}"),
            origin=self.origin,
            layer=self.layers[layer],
            parent=parent,
            slug=entry["key"],
            name=entry["name"],
            reading=entry.get("reading", ""),
            aliases=" ".join(entry.get("aliases", ())),
            code=entry.get("code", ""),
            prefecture=entry.get("prefecture", ""),
            lat=entry.get("lat"),
            lon=entry.get("lon"),
            order=order,
        )
        area.full_clean()
        area.save()
        self.areas[entry["key"]] = area
        return area

    @transaction.atomic
    def load(self, files: Mapping[str, register_file.RegisterFile], municipality: str) -> None:
        """Write the organisations and resources of the files; `municipality` is the key of those that name none."""
        for file in files.values():
            if file.municipality:
                self._area(file.municipality.model_dump(), "市町村", None, 0)
        forget_areas()
        for name, file in files.items():
            home = file.municipality.key if file.municipality else municipality
            for organisation in file.organisations:
                self._guard(f"{name}: {organisation.key}", self._organisation, organisation, home)
        for name, file in files.items():
            for entry in file.resources:
                self._guard(f"{name}: {entry.key}", self._resource, entry)
        for name, file in files.items():
            for entry in file.resources:
                self._guard(f"{name}: {entry.key}", self._next_steps, entry)
        if self.problems:
            raise FixtureError(self.problems)
        for resource in self.resources.values():
            # The first revision is what an editor opens; without one, Wagtail's admin would have nothing to compare with.
            # It is what is published: nothing waits for an approver.
            resource.live_revision = resource.latest_revision = resource.save_revision(clean=False, changed=False)
            type(resource).objects.filter(pk=resource.pk).update(
                live_revision=resource.live_revision, latest_revision=resource.latest_revision
            )
        refresh_public_records(resource_ids=[resource.pk for resource in self.resources.values()], index=False)

    def _guard(self, place: str, write: Any, *args: Any) -> None:
        """Collect the problem and go on, so that the person who mends the file sees all of them."""
        try:
            write(*args)
        except ValidationError as error:
            for field, messages in (
                error.message_dict.items() if hasattr(error, "error_dict") else [("", error.messages)]
            ):
                self.problems.append(f"{place}: {field}: {' '.join(messages)}")
        except KeyError as error:
            self.problems.append(f"{place}: unknown {error}")

    def _organisation(self, entry: register_file.OrganisationEntry, municipality: str) -> None:
        if entry.key in self.organisations:
            raise ValidationError(f"{entry.key} stands twice")
        source = entry.source or register_file.Source()
        organisation = Organisation(
            uuid=stable_uuid(self.origin, f"organisation:{entry.key}"),
            origin=self.origin,
            name=entry.name,
            reading=entry.reading,
            type=self.types[entry.type],
            municipality=self.areas[municipality],
            operator=entry.operator,
            website=entry.website,
            source=" ".join(part for part in (source.file, source.section) if part),
            quote=source.quote,
        )
        organisation.roles.set(
            [OrganisationRole(programme=self.programmes[code], note=entry.note) for code in entry.programmes]
        )
        organisation.full_clean()
        organisation.save()
        self.organisations[entry.key] = organisation

    def _resource(self, entry: register_file.ResourceEntry) -> None:
        if entry.key in self.resources:
            raise ValidationError(f"{entry.key} stands twice")
        organisation = self.organisations[entry.organisation]
        identity = stable_uuid(self.origin, f"resource:{entry.key}")
        resource = kind_tables()[entry.kind](
            uuid=identity,
            short_id=stable_short_id(identity),
            origin=self.origin,
            kind=entry.kind,
            organisation=organisation,
            type=self.types[entry.type] if entry.type else organisation.type,
            source=organisation.source,
            **self._values(entry),
            **self._own_values(entry),
        )
        resource.channels.set(
            [Channel(sort_order=order, **item.model_dump()) for order, item in enumerate(entry.channels)]
        )
        resource.opening_rules.set(
            [
                OpeningRule(sort_order=order, weekdays=item.days, **item.model_dump(exclude={"days"}))
                for order, item in enumerate(entry.hours)
            ]
        )
        resource.opening_exceptions.set(
            [OpeningException(sort_order=order, **item.model_dump()) for order, item in enumerate(entry.exceptions)]
        )
        resource.fields = [self.fields[code] for code in entry.fields]
        resource.needs = [self.needs[code] for code in entry.needs]
        resource.areas = [self.areas[key] for key in entry.areas]
        if entry.desk and isinstance(resource, ConsultationDesk):
            resource.default_for = [self.areas[key] for key in entry.desk.default_for]
        for part in (*resource.channels.all(), *resource.opening_rules.all(), *resource.opening_exceptions.all()):
            part.full_clean(exclude=["resource"])
        resource.full_clean()
        resource.save()
        self.resources[entry.key] = resource

    def _values(self, entry: register_file.ResourceEntry) -> dict[str, Any]:
        """What is called as its column is taken as it is written."""
        place, verified, visit = entry.place or register_file.PlaceEntry(), entry.verified, entry.first_visit
        same = {name: getattr(entry, name) for name in _AS_COLUMNS}
        return {
            **{name: value.strip() if isinstance(value, str) else value for name, value in same.items()},
            "place_name": place.name,
            "town": self.towns[place.town] if place.town else None,
            "address": place.address,
            "lat": place.lat,
            "lon": place.lon,
            "eligibility": entry.who.level,
            "audiences": list(entry.who.audiences),
            "eligibility_note": entry.who.note,
            "cost": entry.cost.kind,
            "cost_note": entry.cost.note,
            "can_observe": visit.observe,
            "can_come_alone": visit.alone,
            "companion_welcome": visit.companion,
            "booking": visit.booking,
            "first_visit_note": visit.note,
            "verified_on": verified.on if verified else None,
            "verified_by": verified.by if verified else "",
            "staff_note": entry.staff.note,
            "acceptance_note": entry.staff.accepts_note,
            "fits_participation_support": entry.staff.participation,
        }

    def _own_values(self, entry: register_file.ResourceEntry) -> dict[str, Any]:
        """What only its kind has; what must not be left out, the table says."""
        own = getattr(entry, OWN_FACTS[entry.kind][0])
        values = own.model_dump(exclude={"default_for"}) if own else {}
        if programme := values.get("programme"):
            values["programme"] = self.programmes[programme]
        return values

    def _next_steps(self, entry: register_file.ResourceEntry) -> None:
        if entry.next and entry.key in self.resources:
            resource = self.resources[entry.key]
            resource.next_steps.set(
                [
                    NextStep(target=Resource.objects.get(pk=self.resources[key].pk), sort_order=order)
                    for order, key in enumerate(entry.next)
                ]
            )
            resource.save()
