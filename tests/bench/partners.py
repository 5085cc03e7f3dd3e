"""Measure the partner pages with many partners and contact points, and print one line of JSON; called by `tests.bench`."""

from __future__ import annotations

import json
import os
import random
import resource
import sys
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

import django

django.setup()

from django.contrib.auth import get_user_model
from django.core import mail
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext, setup_test_environment
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.plugins.otp_totp.models import TOTPDevice

from directory.areas.index import area_index
from directory.models import Area, Field, InstitutionType, Organisation, Programme
from directory.partners.digests import send_digests
from directory.partners.doors.access import MARK
from directory.partners.models import ContactPoint, Member, Partner, SharingPack
from directory.partners.packs import current_contacts
from directory.partners.words import searchable_text
from guard.logins.sessions import SEEN, STARTED
from portal.demo import city as demo
from tests.bench.measure import p95, times

TYPES = ("hw", "silver", "hikiko", "kokoro", "kodomo", "shogai_geneki", "sapo", "jiso")
PLACES = ("朝日", "緑", "中央", "港", "山手", "川原", "桜", "泉", "若葉", "栄")
READINGS = ("あさひ", "みどり", "ちゅうおう", "みなと", "やまて", "かわら", "さくら", "いずみ", "わかば", "さかえ")
WORDS = (
    "ひきこもり",
    "ちいきほうかつ",
    "朝日",
    "家計",
    "たきかん",
    "みなと 相談",
    "訪問",
    "0000-31",
    "なにもない言葉",
    "ハローワーク",
)
ACCOUNT = "bench@example.jp"


def make(partners: int, contacts: int) -> None:
    """Fill the register: partners with one person each, contact points with roles, areas and fields."""
    draw = random.Random(1)
    types = {type_.code: type_ for type_ in InstitutionType.objects.all()}
    city = Area.objects.get(slug="yorozu")
    organisations = Organisation.objects.bulk_create(
        Organisation(
            name=f"{PLACES[number % 10]}{types[TYPES[number % 8]].name[:20]} {number}",
            reading=f"{READINGS[number % 10]}のきかん{number}",
            type=types[TYPES[number % 8]],
            municipality=city,
        )
        for number in range(partners)
    )
    made = Partner.objects.bulk_create(Partner(organisation=organisation) for organisation in organisations)
    users = get_user_model().objects.bulk_create(
        get_user_model()(username=f"p{number}@example.jp", email=f"p{number}@example.jp") for number in range(partners)
    )
    Member.objects.bulk_create(
        Member(user=user, partner=partner, name=f"人{number}")
        for number, (user, partner) in enumerate(zip(users, made, strict=True))
    )
    points = ContactPoint.objects.bulk_create(
        ContactPoint(
            organisation=organisations[number % partners],
            unit=f"{PLACES[number % 10]}の係{number}",
            direct_line=f"0000-{number // 100:02d}-{number:04d}",
            hours="平日 9時〜17時",
            when_to_call="家計や住まい、ひきこもりのことで、訪問が要りそうなとき。",
            live=True,
        )
        for number in range(contacts)
    )
    for name, model, most in (("roles", Programme, 2), ("areas", Area, 2), ("fields", Field, 3)):
        pks = list(model.objects.values_list("pk", flat=True))
        through = ContactPoint._meta.get_field(name).remote_field.through
        column = f"{model._meta.model_name}_id"
        through.objects.bulk_create(
            through(contactpoint_id=point.pk, **{column: pk})
            for point in points
            for pk in draw.sample(pks, draw.randint(1, most))
        )
    fresh = list(ContactPoint.objects.with_details())
    for point in fresh:
        point.search_text = searchable_text(point)
    ContactPoint.objects.bulk_update(fresh, ["search_text"], batch_size=500)


def browser() -> Client:
    """A person of a ハローワーク, logged in."""
    partner = Partner.objects.filter(organisation__type__code="hw").first()
    user = get_user_model().objects.create_user(ACCOUNT, ACCOUNT, "x")
    device = TOTPDevice.objects.create(user=user, name="bench")
    now = int(time.time())
    Member.objects.create(user=user, partner=partner, name="測る人", sessions=["bench"])
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(user, "guard.logins.tries.GuardedBackend")
    session = client.session
    session.update({MARK: "bench", STARTED: now, SEEN: now, DEVICE_ID_SESSION_KEY: device.persistent_id})
    session.save()
    return client


def main(partners: int, contacts: int) -> dict[str, object]:
    """Load, look up, take along, tell."""
    setup_test_environment()
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    demo.load(seed=1, resources=0)
    start = time.perf_counter()
    with transaction.atomic():
        make(partners, contacts)
    found: dict[str, object] = {
        "partners": Partner.objects.count(),
        "contacts": ContactPoint.objects.count(),
        "fill_seconds": time.perf_counter() - start,
    }
    client = browser()
    roles = ["", "1", "1-i", "2", "3", "4", "5"]
    fields = ["", *Field.objects.values_list("code", flat=True)]
    areas = ["", *(node.slug for node in area_index().choices(Area.objects.get(slug="yorozu").pk))]
    most_queries = 0

    def look_up(number: int) -> None:
        """Words are posted and the page is followed, as a browser does."""
        asked = {
            "q": WORDS[number % len(WORDS)] if number % 2 else "",
            "role": roles[number % len(roles)],
            "field": fields[number % len(fields)],
            "area": areas[number % len(areas)],
        }
        assert client.get(client.post("/partners/contacts/", asked)["Location"]).status_code == 200

    city = Client(HTTP_HOST="127.0.0.1")
    officer = get_user_model().objects.create_superuser("bench-city", "", "x")
    city.force_login(officer, "guard.logins.tries.GuardedBackend")

    def get(path: str) -> object:
        nonlocal most_queries
        asking = city if path.startswith("/partners/office/") else client
        with CaptureQueriesContext(connection) as queries:
            assert asking.get(path).status_code == 200
        most_queries = max(most_queries, len(queries))
        return None

    looked_up = times(look_up, 300)
    found.update(lookup_p50_ms=looked_up[150], lookup_p95_ms=p95(looked_up))
    for name, path, count in (
        ("home", "/partners/", 40),
        ("chosen", "/partners/contacts/?role=5", 40),
        ("pack", "/partners/packs/hellowork/", 10),
        ("excel", "/partners/packs/hellowork/excel/", 3),
        ("office", "/partners/office/", 10),
    ):
        measured = times(lambda _number, path=path: get(path), count)
        found.update({f"{name}_p50_ms": measured[count // 2], f"{name}_p95_ms": p95(measured)})
    found["most_queries"] = most_queries
    start = time.perf_counter()
    city.post("/partners/office/packs/hellowork/send/")
    found["send_seconds"] = time.perf_counter() - start

    contact = current_contacts().with_roles(["5"]).first()
    contact.hours = "変わりました"
    contact.save_revision().publish()
    progress: list[tuple[int, int]] = []
    start = time.perf_counter()
    sent = send_digests("http://127.0.0.1/partners/", progress=lambda done, total: progress.append((done, total)))
    seconds = time.perf_counter() - start
    assert len(mail.outbox) == sent.mails > partners / 2
    assert SharingPack.objects.exists()
    found.update(
        digest_mails=sent.mails,
        digest_seconds=seconds,
        digest_steps=len(progress),
        peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    )
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(int(sys.argv[1]), int(sys.argv[2]))) + "\n")
