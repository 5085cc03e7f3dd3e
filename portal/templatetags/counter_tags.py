"""What the page of a resource asks about the visitor's list."""

from __future__ import annotations

from django import template

from ..counter_list import Membership, membership

register = template.Library()


@register.simple_tag(takes_context=True)
def list_membership(context: template.Context, short_id: str) -> Membership | None:
    """Whether the resource is in the visitor's list; None without a request."""
    request = context.get("request")
    return membership(request, short_id) if request else None
