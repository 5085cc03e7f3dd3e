"""Who opens 履歴 sees that a record came from a file, when, by whom, and that it was taken back; and nothing of what was in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from wagtail.log_actions import registry
from wagtail.models import ModelLogEntry

from directory.exchange.importing.plan import Options
from directory.exchange.importing.storing import TAKEN_BACK, TAKEN_IN
from directory.models import Resource
from tests.directory.exchange.importing.conftest import label, labelled, read_rows, take_back, take_in, write_rows
from tests.directory.exchange.importing.test_planning import NEW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_index")]
SECRET = "職員だけが知ること"


def lines(action: str, record: object = None) -> list[ModelLogEntry]:
    found = ModelLogEntry.objects.filter(action=action)
    return list(found if record is None else found.filter(object_id=str(record.pk)))


def test_should_note_each_record_once(register: Callable[[], Path], admin_client: Client, admin_user: Any) -> None:
    folder = register()
    rows = read_rows(folder / "resources.csv")
    for row in rows[:3]:
        row.update(labelled("resources", {"summary": "ファイルで変わりました", "staff_note": SECRET}))
    organisation = rows[3][label("resources", "organisation")]
    new = labelled("resources", {**NEW, "name": "ファイルの新しい居場所", "organisation": organisation})
    write_rows(folder / "resources.csv", [*rows, {**dict.fromkeys(rows[0], ""), **new}])
    user = admin_user
    run = take_in(folder, Options(undecided="another"), user=user)
    noted = lines(TAKEN_IN)
    assert len(noted) == 4, run.plan["problems"]
    assert {(line.user, line.uuid, line.content_changed, line.deleted) for line in noted} == {
        (user, run.uuid, True, False)
    }
    assert all(SECRET not in f"{line.label}{line.data}" for line in noted)
    made = Resource.objects.get(name="ファイルの新しい居場所").specific
    [line] = registry.get_logs_for_instance(made).filter(action=TAKEN_IN)
    assert line.label == "ファイルの新しい居場所" and line.message == "ファイルから取り込みました"
    page = admin_client.get(reverse(made.snippet_viewset.get_url_name("history"), args=[made.pk]))
    assert "ファイルから取り込みました" in BeautifulSoup(page.content, "lxml").get_text()
    page = admin_client.get(reverse("wagtailadmin_reports:site_history"))
    assert "ファイルから取り込みました" in BeautifulSoup(page.content, "lxml").get_text()

    take_in(folder, Options(undecided="another"), user=user)
    assert len(lines(TAKEN_IN)) == 4, "nothing was changed by the same file once more"
    undone = take_back(run)
    assert undone.user == user
    back = lines(TAKEN_BACK)
    assert sorted(line.deleted for line in back) == [False, False, False, True]
    assert {line.label for line in back if line.deleted} == {"ファイルの新しい居場所"}
    assert {line.uuid for line in back} == {run.uuid}


def test_should_note_nothing_of_what_was_refused(register: Callable[[], Path]) -> None:
    folder = register()
    rows = read_rows(folder / "resources.csv")
    rows[0].update(labelled("resources", {"cost": "とても高い"}))
    rows[1].update(labelled("resources", {"summary": "ファイルで変わりました"}))
    write_rows(folder / "resources.csv", rows)
    take_in(folder)
    assert not lines(TAKEN_IN)
    take_in(folder, good_only=True)
    assert len(lines(TAKEN_IN)) == 1
