"""Log-ins in the admin, for who keeps them without being a superuser: nobody gives or takes more than they have themselves.

Wagtail lets everybody who may change people make anybody a superuser, and set a superuser's password.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.admin import messages
from wagtail.users.views.users import CreateView, DeleteView, EditView, UserViewSet


def is_stronger(other: Any, user: Any) -> bool:
    """Whether somebody may do anything that `user` may not, so that `user` may not look after their log-in."""
    if user.is_superuser or other.pk == user.pk:
        return False
    if other.is_superuser:
        return True
    return bool(_permissions(Group.objects.filter(user=other.pk)) - user.get_all_permissions())


def _permissions(groups: Iterable[Group]) -> set[str]:
    rows = Group.objects.filter(pk__in=[group.pk for group in groups], permissions__isnull=False)
    return {
        f"{app}.{code}"
        for app, code in rows.values_list("permissions__content_type__app_label", "permissions__codename")
    }


def groups_to_give(user: Any) -> list[int]:
    """Keys of the groups that may do nothing which `user` may not."""
    own = user.get_all_permissions()
    needed: dict[int, set[str]] = {pk: set() for pk in Group.objects.values_list("pk", flat=True)}
    rows = Group.objects.filter(permissions__isnull=False).values_list(
        "pk", "permissions__content_type__app_label", "permissions__codename"
    )
    for pk, app, code in rows:
        needed[pk].add(f"{app}.{code}")
    return [pk for pk, permissions in needed.items() if user.is_superuser or permissions <= own]


def refuse(request: HttpRequest) -> HttpResponse:
    """Back to the list, with a word."""
    messages.error(
        request, _("この人は、あなたより多くのことができます。この人のログインは、同じだけできる人が直せます。")
    )
    return redirect(reverse("wagtailusers_users:index"))


class _WithinOwn:
    """A form in which one gives no more than one has."""

    request: HttpRequest

    def get_form(self, *args: Any, **kwargs: Any) -> Any:
        """As Wagtail's, without what is not theirs to give."""
        form = super().get_form(*args, **kwargs)  # type: ignore[misc]
        if not self.request.user.is_superuser:
            form.fields.pop("is_superuser", None)
            form.fields["groups"].queryset = Group.objects.filter(pk__in=groups_to_give(self.request.user))
        return form


class _OfWeaker:
    """A view of one person's log-in, for who may do at least as much."""

    object: Any
    request: HttpRequest

    def dispatch(self, *args: Any, **kwargs: Any) -> HttpResponse:
        """See `is_stronger`."""
        if is_stronger(self.object, self.request.user):
            return refuse(self.request)
        answer: HttpResponse = super().dispatch(*args, **kwargs)  # type: ignore[misc]
        return answer


class PersonCreateView(_WithinOwn, CreateView):
    """A new log-in."""


class PersonEditView(_OfWeaker, _WithinOwn, EditView):
    """A log-in that changes."""


class PersonDeleteView(_OfWeaker, DeleteView):
    """A log-in that goes."""


class PeopleViewSet(UserViewSet):
    """Wagtail's, with these views."""

    add_view_class = PersonCreateView
    edit_view_class = PersonEditView
    delete_view_class = PersonDeleteView
    # The form of a copy is that of the person who is copied, and posted to itself it would change them.
    copy_view_enabled = False


def refuse_bulk(request: HttpRequest, action: str, objects: Sequence[Model], model: type[Model]) -> HttpResponse | None:
    """The same for many at once; None for what goes on."""
    if model is not get_user_model() or request.user.is_superuser:
        return None
    given = request.POST.get("role", "")
    gives_more = given.isdecimal() and int(given) not in groups_to_give(request.user)
    return refuse(request) if gives_more or any(is_stronger(one, request.user) for one in objects) else None
