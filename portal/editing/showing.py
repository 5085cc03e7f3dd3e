"""The pages that show what is public no more: a list, and a number on the desk of whose pages they are."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _t

from directory.admin.desk.waiting import Wait
from directory.admin.shown import pages_with_gone


def gone(request: HttpRequest) -> HttpResponse:
    """The pages that show an entry which is not public, each with what is to be changed in it."""
    return render(request, "portal/admin/gone.html", {"showing": pages_with_gone(request.user)})


def gone_wait(request: HttpRequest) -> Iterator[Wait]:
    """For whom such a page is: how many there are."""
    yield Wait(len(pages_with_gone(request.user)), _t("終わった案内が出ているページ"), reverse("pages_with_gone"))
