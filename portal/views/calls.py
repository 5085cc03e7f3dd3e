"""Which of the city's own calls do not hold, for staff."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from directory.judging.calls import judge_anew, remembered_broken_calls
from directory.models import Call


# Judging takes seconds; a transaction of the whole request would let all others who write wait.
@transaction.non_atomic_requests
def broken(request: HttpRequest) -> HttpResponse:
    """The list as it was some minutes ago at most; a POST judges anew."""
    if not request.user.has_perm("directory.view_call"):
        raise PermissionDenied
    if request.method == "POST":
        judge_anew()
        return redirect("broken_calls")
    context = {
        "calls": [
            {
                "text": call.text,
                "expected": call.expected,
                "came": call.came,
                "url": reverse("wagtailsnippets_directory_call:edit", args=[call.pk]),
            }
            for call in remembered_broken_calls()
        ],
        "count": Call.objects.count(),
        "all_url": reverse("wagtailsnippets_directory_call:list"),
    }
    return render(request, "portal/admin/broken_calls.html", context)
