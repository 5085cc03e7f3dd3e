"""The contact points' place in the admin."""

from wagtail.snippets.models import register_snippet

from .viewsets import ContactPointViewSet

register_snippet(ContactPointViewSet)
