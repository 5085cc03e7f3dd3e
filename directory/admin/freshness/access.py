"""Who may work here, and how mistakes are told."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from wagtail.admin import messages

# Whoever may change organisations keeps the register; who may delete them may hand an office over.
EDIT, LEAD = "directory.change_organisation", "directory.delete_organisation"
# The group whose people edit only what is of their offices (`roles`).
SPECIALISTS = "分野担当"
View = Callable[..., HttpResponse]


def needs(permission: str) -> Callable[[View], View]:
    """A view for those who have a permission; Wagtail sends others to the first page with a word."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.has_perm(permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def tell(request: HttpRequest, error: ValidationError) -> None:
    """Say above the page what could not be done."""
    for message in error.messages:
        messages.error(request, message)
