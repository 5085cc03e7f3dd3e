"""Deletions that would tear something: no view could answer them well."""

from collections.abc import Callable

from django.contrib import messages
from django.db.models import ProtectedError, RestrictedError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

SHOWN_NAMES = 5


class KeptRecords:
    """What other records stand on cannot be deleted: the admin says so and what they are. Wagtail has no answer to that."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Back to where the deletion was asked for; the view's transaction is rolled back by now."""
        if not isinstance(exception, ProtectedError | RestrictedError) or not request.path_info.startswith("/admin/"):
            return None
        kept = exception.protected_objects if isinstance(exception, ProtectedError) else exception.restricted_objects
        names = sorted({f"{record._meta.verbose_name}「{record}」" for record in kept})
        shown = "、".join(names[:SHOWN_NAMES]) + (_(" ほか") if len(names) > SHOWN_NAMES else "")
        messages.error(
            request,
            _("まだ使われているので、消せません。先に、これらを消すか変えてください：{names}").format(names=shown),
        )
        return redirect(request.get_full_path() if request.method == "POST" else "wagtailadmin_home")
