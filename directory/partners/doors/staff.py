"""The second factor of people of the city: set up and renewed by themselves, taken away where the telephone is lost."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from django_otp import devices_for_user, user_has_device
from django_otp.plugins.otp_static.models import StaticToken
from wagtail.admin import messages
from wagtail.admin.views.account import BaseSettingsPanel

from guard.logins.people import is_stronger, refuse

from ..audit import note
from ..choices import Act
from .access import owes_second_factor
from .accounts import new_recovery_codes

MAY_TAKE_AWAY = "auth.change_user"


class _NothingToFill(forms.Form):
    """Wagtail saves a form for each part of the page; this part has buttons instead."""

    def __init__(self, *args: Any, instance: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)

    def save(self) -> None:
        """Nothing."""


class SecondFactorPanel(BaseSettingsPanel):
    """On one's own page of the admin: whether it is set up, and what one can do."""

    name = "second_factor"
    title = gettext_lazy("二段階の確認")
    order = 600
    form_class = _NothingToFill
    template_name = "partners/admin/second_factor.html"

    def get_context_data(self) -> dict[str, Any]:
        """See BaseSettingsPanel."""
        here = reverse("wagtailadmin_account")
        return {
            **super().get_context_data(),
            "is_set_up": user_has_device(self.user),
            "codes": StaticToken.objects.filter(device__user=self.user).count(),
            "is_needed": owes_second_factor(self.user),
            "set_up_url": f"{reverse('partners:second_factor')}?next={here}",
            "codes_url": reverse("staff_recovery_codes"),
        }


@require_POST
def new_codes(request: HttpRequest) -> HttpResponse:
    """New recovery codes of one's own, shown once; those from before are void."""
    user: Any = request.user
    if not user.is_verified():
        raise PermissionDenied
    codes = new_recovery_codes(user)
    note(Act.FACTOR_SET, user=user, target=_("予備のコード"))
    return render(request, "partners/recovery_codes.html", {"codes": codes, "next": reverse("wagtailadmin_account")})


@transaction.atomic
def take_away(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, and then take the second factor of somebody away, by whoever may look after their log-in."""
    user: Any = request.user
    if not user.has_perm(MAY_TAKE_AWAY):
        raise PermissionDenied
    person = get_object_or_404(get_user_model(), pk=pk)
    if is_stronger(person, user):
        return refuse(request)
    if request.method == "POST":
        for device in devices_for_user(person, confirmed=None):
            device.delete()
        note(Act.FACTOR_RESET, user=user, member=person.get_username(), what="factor")
        messages.success(
            request,
            _(
                "{name}さんの二段階の確認を外しました。次にログインするとき、求められていれば、登録しなおします。"
            ).format(name=person.get_full_name() or person.get_username()),
        )
        return redirect("wagtailusers_users:index")
    return render(request, "partners/admin/take_away.html", {"person": person})


def admin_urls() -> list[Any]:
    """Addresses below the admin's."""
    return [
        path("second-factor/codes/", new_codes, name="staff_recovery_codes"),
        path("second-factor/<int:pk>/", take_away, name="staff_factor_take_away"),
    ]
