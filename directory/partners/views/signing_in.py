"""Coming in: invitation, password, second factor; and going out."""

from __future__ import annotations

from base64 import b32encode
from typing import Any

from django.contrib import messages
from django.contrib.auth import login as auth_login
from django.contrib.auth import logout
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST
from django_otp import login as otp_login
from django_otp import user_has_device
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice
from wagtail.admin.views.account import LoginView as WagtailLoginView
from wagtail.admin.views.account import PasswordResetConfirmView as WagtailPasswordConfirmView
from wagtail.admin.views.account import PasswordResetView as WagtailPasswordResetView

from guard.background import run_later
from guard.counting import give_back, hit
from guard.logins.resetting import LimitedReset, OpeningReset
from guard.logins.sessions import WHY
from guard.policy import CODES, STRANGE_LINKS
from guard.too_many import TooMany

from ...exchange.qr import qr_code
from ..audit import note
from ..choices import Act
from ..doors.access import INVITED, finish_login, is_office, is_too_slow, needs_second_factor, to_login
from ..doors.accounts import accept, invitation_for, set_up_factor, verify, waiting_device
from ..forms import CodeForm, JoinForm, LoginForm
from ..models import Member


def _next(request: HttpRequest) -> str:
    """Where to go afterwards: an address of this site that was asked for, else the partner pages' first."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        return wanted
    return reverse("partners:home")


# What is counted stays counted, whatever happens to the rest of the request.
@transaction.non_atomic_requests
@sensitive_post_parameters("password")
def login(request: HttpRequest) -> HttpResponse:
    """Mail address and password. An account of neither a partner nor the city does not come in here."""
    if request.user.is_authenticated and request.method == "GET" and not request.GET.get("why"):
        return redirect(_next(request))
    form = LoginForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = form.get_user()
        member = Member.objects.filter(user=user).select_related("partner__organisation").first()
        if member is None and not is_office(user):
            form.add_error(None, _("このページを使えるアカウントではありません。"))
        elif member and (obstacle := member.obstacle(timezone.localdate())):
            note(Act.DENIED, user=user, target=request.path, why="obstacle")
            return render(request, "partners/closed.html", {"obstacle": obstacle}, status=403)
        else:
            auth_login(request, user)
            return redirect(_next(request))
    context = {"form": form, "next": _next(request), "why": WHY.get(request.GET.get("why", ""), "")}
    return render(request, "partners/login.html", context)


@transaction.non_atomic_requests
def second_factor(request: HttpRequest) -> HttpResponse:
    """The second factor: asked for where it is set up, otherwise set up here. Without it nobody goes on."""
    # django-otp's middleware gives it `is_verified`.
    user: Any = request.user
    if not user.is_authenticated:
        return to_login(request)
    if user.is_verified():
        return redirect(_next(request))
    if not user_has_device(user):
        return _set_up(request)
    if needs_second_factor(user) and is_too_slow(request):
        logout(request)
        return to_login(request, "slow")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        _count_code(user)
        if device := verify(user, form.cleaned_data["code"]):
            give_back(CODES, str(user.pk))
            _finish(request, device)
            if isinstance(device, StaticDevice):
                left = device.token_set.count()
                messages.success(request, _("予備のコードを使いました。残りは{count}個です。").format(count=left))
            return redirect(_next(request))
        note(Act.SIGN_IN_FAILED, user=user, factor=2)
        form.add_error("code", _("コードが違います。新しいコードが出るのを待って、もう一度入れてください。"))
    return render(request, "partners/second_factor.html", {"form": form, "next": _next(request)})


def _count_code(user: Any) -> None:
    """Raises TooMany for an account whose codes are being tried."""
    outcome = hit(CODES, str(user.pk))
    if not outcome.allowed:
        raise TooMany(outcome.wait, "code")


@transaction.atomic
def _finish(request: HttpRequest, device: Any) -> None:
    otp_login(request, device)
    finish_login(request)


def _set_up(request: HttpRequest) -> HttpResponse:
    device = waiting_device(request.user)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        _count_code(request.user)
        if device.verify_token(form.cleaned_data["code"].strip().replace(" ", "")):
            codes = set_up_factor(device)
            _finish(request, device)
            return render(request, "partners/recovery_codes.html", {"codes": codes, "next": _next(request)})
        form.add_error("code", _("コードが違います。アプリに出ている6けたの数字を、もう一度入れてください。"))
    context = {"form": form, "next": _next(request), "secret": _spaced(device), "picture": qr_code(device.config_url)}
    return render(request, "partners/second_factor_setup.html", context)


def _spaced(device: TOTPDevice) -> str:
    """The secret as people type it: letters in fours."""
    letters = b32encode(device.bin_key).decode().rstrip("=")
    return " ".join(letters[start : start + 4] for start in range(0, len(letters), 4))


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Out, and back to the log-in."""
    logout(request)
    messages.success(request, _("ログアウトしました。"))
    return redirect("partners:login")


def invitation_link(request: HttpRequest, secret: str) -> HttpResponse:
    """A mailed link: its secret moves into the session at once, so that it stands in no further address.

    A link that nobody was sent gets the same answer and leaves nothing behind.
    """
    if invitation_for(secret):
        request.session[INVITED] = secret[:200]
    return redirect("partners:join")


@transaction.non_atomic_requests
@sensitive_post_parameters("password", "again")
def join(request: HttpRequest) -> HttpResponse:
    """Make an account from an invitation, then on to the second factor."""
    invitation = invitation_for(request.session.get(INVITED, ""))
    obstacle = invitation.obstacle() if invitation else str(_("この招待のリンクは正しくありません。"))
    if not obstacle and request.user.is_authenticated:
        obstacle = str(_("ほかのアカウントでログインしています。ログアウトしてから、リンクを開きなおしてください。"))
    if obstacle or invitation is None:
        # Strangers are counted, not listed: a line for each would fill the trail from outside.
        if invitation or request.user.is_authenticated:
            note(Act.DENIED, user=request.user if request.user.is_authenticated else None, target=request.path)
        else:
            run_later(lambda: hit(STRANGE_LINKS), lane="strangers")
        return render(request, "partners/closed.html", {"obstacle": obstacle}, status=403)
    form = JoinForm(request.POST or None, mail=invitation.mail)
    if request.method == "POST" and form.is_valid():
        try:
            member = accept(invitation, form.cleaned_data["name"], form.cleaned_data["password"])
        except ValidationError as error:
            form.add_error(None, error)
        else:
            del request.session[INVITED]
            auth_login(request, member.user)
            return redirect("partners:second_factor")
    return render(request, "partners/join.html", {"form": form, "invitation": invitation})


class PasswordReset(LimitedReset):
    """Asks for the address; the answer is the same whether or not there is an account."""

    template_name = "partners/password_reset.html"
    email_template_name = "partners/mail/password_reset.txt"
    subject_template_name = "partners/mail/password_reset_subject.txt"
    success_url = reverse_lazy("partners:password_sent")


class PasswordConfirm(OpeningReset):
    """A new password by a mailed link; the second factor is asked for as ever."""

    template_name = "partners/password_confirm.html"
    success_url = reverse_lazy("partners:login")

    def form_valid(self, form: Any) -> HttpResponse:
        """Keep that it happened; sessions from before end by the changed password."""
        note(Act.PASSWORD_SET, user=self.user)
        messages.success(self.request, _("パスワードを変えました。新しいパスワードでログインしてください。"))
        return super().form_valid(form)


@method_decorator(transaction.non_atomic_requests, name="dispatch")
class AdminLogin(WagtailLoginView):
    """The admin's log-in, outside a transaction: what is counted stays counted."""


class AdminPasswordReset(LimitedReset, WagtailPasswordResetView):
    """The admin's, with the limits of ours."""


class AdminPasswordConfirm(OpeningReset, WagtailPasswordConfirmView):
    """The admin's; the trail tells of it as of that of the partner pages."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Keep that it happened."""
        note(Act.PASSWORD_SET, user=self.user)
        return super().form_valid(form)


def password_sent(request: HttpRequest) -> HttpResponse:
    """That a mail is on its way, if there is an account."""
    return render(request, "partners/password_sent.html")
