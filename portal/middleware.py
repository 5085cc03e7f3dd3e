"""The language of the site, and what no view of the admin answers well: deletions that would tear something, and files of
lists that have no columns."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import ProtectedError, RestrictedError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import override
from wagtail.admin.views.mixins import SpreadsheetExportMixin

SHOWN_NAMES = 5


class SiteLanguage:
    """Every request begins in the language of the site; the admin takes that of its user.

    Without a language of its own a request would be answered in the same words, but gettext would look for one each time.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on."""
        with override(settings.LANGUAGE_CODE):
            return self.get_response(request)


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


class EmptyFiles:
    """Wagtail writes a file of any list that is asked for `?export=`, of empty lines where the list names no columns.

    Who asks for such a file gets the list itself; the admin offers none.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: tuple, kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Back to the list, without `export`."""
        view_class = getattr(view, "view_class", None)
        if "export" not in request.GET or not request.path_info.startswith("/admin/") or view_class is None:
            return None
        if not issubclass(view_class, SpreadsheetExportMixin):
            return None
        if getattr(view, "view_initkwargs", {}).get("list_export", view_class.list_export):
            return None
        query = request.GET.copy()
        del query["export"]
        return redirect(f"{request.path}?{query.urlencode()}" if query else request.path)
