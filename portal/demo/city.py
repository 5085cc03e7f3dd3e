"""The demo: the fictional よろず市, the registers of two real cities, pages and log-ins. Removable as a whole."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from wagtail.models import ModelLogEntry, Revision

from directory.admin.freshness.access import SPECIALISTS
from directory.admin.roles import APPROVERS, EDITORS, MANAGERS, set_up_roles
from directory.areas.index import forget_areas
from directory.exchange import bulk_demo, register_file
from directory.exchange.loading import RegisterLoader
from directory.exchange.reference import load_reference
from directory.fixtures import FIXTURES, read_yaml
from directory.models import (
    Area,
    AreaLayer,
    Field,
    Office,
    Organisation,
    PublicRecord,
    Resource,
    Town,
    TrashedEntry,
    kind_tables,
)
from directory.partners.exchange.demo_people import People, make_people, remove_people, user_names
from directory.partners.exchange.loading import (
    forget_in_trail,
    load_contacts,
    load_partners,
    names_in_trail,
    remove_contacts,
    remove_partners,
)
from directory.partners.exchange.reference import load_packs
from directory.public.record import SHAPE
from directory.public.store import forget_uncounted
from search import indexing
from search.engines import engines_in_use
from search.engines.base import EngineError
from search.modelsearch.renewal import renew, waiting_for_renewal
from search.text import dictionary

from ..models import HomePage
from ..starting.pages import DEMO
from .pages import PageBuilder, remove_pages

ORIGIN = DEMO
CONTACTS = "demo/contacts.yaml"
PARTNERS = "demo/partners.yaml"
# Demo log-ins, printed by `make demo`; they exist only in a demo (`create_logins`).
LOGINS = {
    "editor": "henshu-demo-2026",
    "specialist": "bunya-demo-2026",
    "approver": "shonin-demo-2026",
    "manager": "kanri-demo-2026",
}
# Where the specialist works, and what the office looks after.
OFFICE, FIELDS = "子ども・若者係", ("children", "hikikomori")
STAMP = Path(settings.VAR_DIR) / "demo.json"


def fingerprint(seed: int, resources: int) -> dict[str, object]:
    """What the demo was made of: its files, the seed and the size."""
    digest = hashlib.sha256()
    patterns = ("*.csv", "partners/*", "register/*", "vocabulary/*", "demo/**/*.yaml")
    for file in sorted(file for pattern in patterns for file in FIXTURES.glob(pattern)):
        digest.update(file.read_bytes())
    return {"files": digest.hexdigest(), "seed": seed, "resources": resources}


def is_loaded(seed: int, resources: int) -> bool:
    """Whether exactly this demo stands in the database."""
    if not STAMP.exists() or not Resource.objects.filter(origin=ORIGIN).exists():
        return False
    if json.loads(STAMP.read_text()) != fingerprint(seed, resources):
        return False
    try:
        is_old = any(engine.is_outdated() for engine in engines_in_use())
    except EngineError:
        # What cannot be read now is not a reason to load everything anew.
        is_old = False
    # Another version loaded it.
    return not is_old and not PublicRecord.written.exclude(shape=SHAPE).exists()


def load(seed: int, resources: int, progress: Callable[[int], None] | None = None) -> int:
    """Load the demo anew, all or nothing, and rebuild every index. Returns how many resources stand.

    Raises EngineError at the end when an index could not be built; all else is then done, and it follows by itself later.
    """
    with indexing.waiting_for_rebuild(), waiting_for_renewal(), transaction.atomic():
        _remove_rows()
        load_reference()
        loader = RegisterLoader(ORIGIN)
        loader.load_areas(read_yaml("demo/areas.yaml"))
        names = sorted(
            str(file.relative_to(FIXTURES))
            for folder in ("demo/resources", "register")
            for file in (FIXTURES / folder).glob("*.yaml")
        )
        loader.load({name: register_file.parse(name, read_yaml(name)) for name in names}, municipality="yorozu")
        load_packs()
        load_contacts(CONTACTS, read_yaml(CONTACTS), origin=ORIGIN, municipality="yorozu")
        load_partners(PARTNERS, read_yaml(PARTNERS), origin=ORIGIN)
        builder = PageBuilder(ORIGIN, loader.resources, loader.areas["yorozu"])
        builder.build(read_yaml("demo/pages.yaml"), read_yaml("demo/situations.yaml"))
        set_up_roles()
        bulk_demo.multiply(ORIGIN, resources, seed, progress)
    dictionary.build()
    renew()
    STAMP.write_text(json.dumps(fingerprint(seed, resources)))
    indexing.rebuild()
    return Resource.objects.filter(origin=ORIGIN).count()


def is_there() -> bool:
    """Whether anything of the demo is in the database."""
    return any(model.objects.filter(origin=ORIGIN).exists() for model in (Resource, Organisation, Area, HomePage))


def remove() -> None:
    """Take away all that the demo brought, and nothing else."""
    with indexing.waiting_for_rebuild(), transaction.atomic():
        take_away()
    forget_stamp()
    indexing.rebuild()


def take_away() -> None:
    """The rows of it, in the caller's transaction; the index is the caller's, too. Raises ProtectedError where somebody's own
    entries stand on the demo's."""
    _remove_rows({*LOGINS, *user_names()})
    get_user_model().objects.filter(username__in=LOGINS).delete()
    Office.objects.filter(origin=ORIGIN).delete()
    remove_people()


def forget_stamp() -> None:
    """That it was loaded."""
    STAMP.unlink(missing_ok=True)


def _remove_rows(users: Collection[str] = ()) -> None:
    """Everything of the origin, and what was noted of it; with `users`, also what these did."""
    named = names_in_trail(ORIGIN)
    remove_pages(ORIGIN)
    resources = Resource.objects.filter(origin=ORIGIN)
    pks = [str(pk) for pk in resources.values_list("pk", flat=True)]
    kinds = [ContentType.objects.get_for_model(table) for table in kind_tables().values()]
    for some in (pks[first : first + 500] for first in range(0, len(pks), 500)):
        for noted in (Revision, ModelLogEntry):
            noted.objects.filter(content_type__in=kinds, object_id__in=some).delete()
    # What a command takes away was never anybody's: no stone is left of it.
    resources.update(live=False)
    resources.delete()
    TrashedEntry.objects.filter(content__origin=ORIGIN).delete()
    forget_uncounted()
    remove_partners(ORIGIN)
    remove_contacts(ORIGIN)
    # Deleting is noted, too.
    forget_in_trail(named, set(users))
    Organisation.objects.filter(origin=ORIGIN).delete()
    Town.objects.filter(origin=ORIGIN).delete()
    # The narrowest first: each stands on the one around it, in whoever's layers.
    while leaves := list(
        Area.objects.filter(origin=ORIGIN).exclude(children__origin=ORIGIN).values_list("pk", flat=True)
    ):
        Area.objects.filter(pk__in=leaves).delete()
    for layer in AreaLayer.objects.filter(origin=ORIGIN):
        if layer.areas.exists():
            # A city's own areas stand in it by now.
            layer.origin = ""
            layer.save()
        else:
            layer.delete()
    forget_areas()


def create_logins() -> dict[str, str]:
    """The demo's people of the city hall, one of each role, with the passwords that `make demo` prints."""
    set_up_roles()
    groups = dict(zip(LOGINS, (EDITORS, SPECIALISTS, APPROVERS, MANAGERS), strict=True))
    for name, group in groups.items():
        user, created = get_user_model().objects.get_or_create(username=name, defaults={"email": f"{name}@example.jp"})
        if created:
            user.set_password(LOGINS[name])
            user.save()
        user.groups.set(Group.objects.filter(name=group))
    office, _created = Office.objects.get_or_create(name=OFFICE, defaults={"origin": ORIGIN})
    office.fields.set(Field.objects.filter(code__in=FIELDS))
    office.people.set(get_user_model().objects.filter(username="specialist"))
    return LOGINS


def create_people() -> list[People]:
    """The demo's people of partners, as `make demo` prints them."""
    return make_people(ORIGIN)
