"""Forgotten passwords: the same answer, in the same time, whether or not there is an account, and so many mails only."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.forms import PasswordResetForm
from django.contrib.auth.views import PasswordResetConfirmView, PasswordResetView
from django.core.mail import EmailMessage
from django.db import transaction
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.decorators import method_decorator

from ..background import run_later
from ..counting import hit
from ..network import client_network
from ..policy import MAIL_FROM_NETWORK, MAIL_TO_ADDRESS
from ..too_many import TooMany
from .tries import came_in


def site_address() -> tuple[str, bool]:
    """Host (with port) of the site as BASE_URL says, and whether it is https. Links in mails never follow a request's Host."""
    parts = urlsplit(settings.WAGTAILADMIN_BASE_URL)
    return parts.netloc, parts.scheme == "https"


class ResetForm(PasswordResetForm):
    """Django's, but a mail server that fails is heard of: Django's own writes a line into the log and goes on."""

    def send_mail(
        self,
        subject_template_name: str,
        email_template_name: str,
        context: dict[str, Any],
        from_email: str | None,
        to_email: str,
        html_email_template_name: str | None = None,
    ) -> None:
        """One mail. Raises OSError (SMTPException among them) where it cannot be handed over."""
        subject = " ".join(render_to_string(subject_template_name, context).split())
        EmailMessage(subject, render_to_string(email_template_name, context), from_email, [to_email]).send()


class LimitedReset(PasswordResetView):
    """Limits, and the mail after the answer."""

    form_class = ResetForm

    def get_form_class(self) -> type[ResetForm]:
        """Also where a view asks a setting."""
        return self.form_class

    @method_decorator(transaction.non_atomic_requests)
    def dispatch(self, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Outside a transaction: what is counted stays counted."""
        return super().dispatch(*args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        """Look for the account, write and send the mail in the background. Raises TooMany for a network over its limit."""
        network = hit(MAIL_FROM_NETWORK, client_network(self.request))
        if not network.allowed:
            raise TooMany(network.wait, "mail")
        # An address that had its mail gets none, and the same answer.
        if hit(MAIL_TO_ADDRESS, form.cleaned_data["email"].strip().casefold()).allowed:
            host, secure = site_address()
            run_later(
                lambda: form.save(
                    domain_override=host,
                    use_https=secure,
                    token_generator=self.token_generator,
                    from_email=self.from_email,
                    email_template_name=self.email_template_name,
                    subject_template_name=self.subject_template_name,
                )
            )
        return redirect(self.get_success_url())


class OpeningReset(PasswordResetConfirmView):
    """This browser is known from now on, so nobody's guesses stand in the way of logging in."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Keep the password, then the browser."""
        response = super().form_valid(form)
        form.user.refresh_from_db()
        came_in(self.request, form.user)
        return response
