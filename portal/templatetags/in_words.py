"""For lists of the admin."""

from typing import Any

from django import template
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def in_words(value: Any) -> Any:
    """Yes and no as words; anything else as it is."""
    return {True: _("はい"), False: _("いいえ")}[value] if isinstance(value, bool) else value
