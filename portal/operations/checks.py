"""What an operator can forget; `manage.py check --deploy` says so."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Info, register


@register("yorozu", deploy=True)
def security_contact(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Who finds a hole must be able to tell somebody."""
    if settings.SECURITY_CONTACT:
        return []
    return [
        Info(
            "SECURITY_CONTACT is not set: /.well-known/security.txt answers 404.",
            hint="Set it to the mail address, or the https:// form, of whoever looks after the site.",
            id="portal.I001",
        )
    ]
