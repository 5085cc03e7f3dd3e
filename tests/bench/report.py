"""Measure 充足状況 and the editors' desk with many records, and print one line of JSON; called by `tests.bench`."""

from __future__ import annotations

import json
import os
import resource
import sys
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

import django

django.setup()

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from directory.admin.roles import APPROVERS
from directory.areas.index import area_index
from directory.cache import forget
from directory.exchange import bulk_demo
from directory.models import GatheringPlace, Office, PublicRecord, Resource
from directory.reporting.coverage import cover
from directory.reporting.distances import towns_without_place
from directory.reporting.groups import read_groups
from directory.reporting.snapshots import keep
from portal.demo import city as demo
from tests.bench.measure import times

TIMES = 5


def main(size: int) -> dict[str, object]:
    """Load so many (unless they stand already), count, show, write, keep."""
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    if Resource.objects.count() < size:
        demo.load(seed=1, resources=0)
        bulk_demo.multiply(demo.ORIGIN, size, 1)
    home, today = area_index().by_slug["yorozu"], timezone.localdate()
    officer, _created = get_user_model().objects.get_or_create(
        username="bench-city", defaults={"is_superuser": True, "is_staff": True}
    )
    city = Client(HTTP_HOST="127.0.0.1")
    city.force_login(officer, "guard.logins.tries.GuardedBackend")

    def get(path: str) -> object:
        response = city.get(path)
        assert response.status_code == 200, path
        return response

    def towns(_number: int) -> None:
        forget("records")
        towns_without_place(home, today)

    groups = read_groups(home, today)
    found: dict[str, object] = {
        "resources": PublicRecord.objects.count(),
        "groups": len(groups),
        "counted": sum(group.count for group in groups),
        "count_ms": min(times(lambda _number: read_groups(home, today), TIMES)),
        "tables_ms": min(times(lambda _number: cover(home, today).counts, TIMES)),
        "towns_ms": min(times(towns, TIMES)),
    }

    def first(_number: int) -> None:
        forget("records")
        get("/admin/reports/coverage/?layer=小学校区")

    measured = times(first, TIMES)
    found.update(first_page_p50_ms=measured[TIMES // 2], first_page_most_ms=measured[-1])
    for name, path in (("page", "/admin/reports/coverage/?layer=小学校区"), ("excel", "/admin/reports/coverage.xlsx")):
        measured = times(lambda _number, path=path: get(path), TIMES)
        found.update({f"{name}_p50_ms": measured[TIMES // 2], f"{name}_most_ms": measured[-1]})
    with CaptureQueriesContext(connection) as queries:
        get("/admin/reports/coverage/")
    found["queries"] = len(queries)
    found.update(_desk(city))
    forget("records")
    start = time.perf_counter()
    found["cells"] = keep(home, today)
    found["keep_seconds"] = time.perf_counter() - start
    found["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return found


def _desk(administrator: Client) -> dict[str, object]:
    """The first page after the log-in, for whoever may do all and for an approver whose office owns every entry; and a form."""
    approver, _created = get_user_model().objects.get_or_create(username="bench-approver")
    approver.groups.add(Group.objects.get(name=APPROVERS))
    office = Office.default()
    office.people.add(approver)
    Resource.objects.update(owner=office)
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(approver, "guard.logins.tries.GuardedBackend")
    found: dict[str, object] = {}
    place = GatheringPlace.objects.filter(live=True).order_by("pk").values_list("pk", flat=True)[0]
    form = f"/admin/snippets/directory/gatheringplace/edit/{place}/"
    asked = (("desk_admin", administrator, "/admin/"), ("desk", client, "/admin/"), ("form", client, form))
    for name, visitor, address in asked:

        def open_it(_number: int, visitor: Client = visitor, address: str = address) -> None:
            assert visitor.get(address).status_code == 200

        measured = times(open_it, TIMES)
        found.update({f"{name}_p50_ms": measured[TIMES // 2], f"{name}_most_ms": measured[-1]})
    with CaptureQueriesContext(connection) as queries:
        client.get("/admin/")
    found["desk_queries"] = len(queries)
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(int(sys.argv[1]))) + "\n")
