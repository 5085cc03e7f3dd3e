"""The register's place in the admin."""

from wagtail.snippets.models import register_snippet

from .viewsets import ResourceGroup, SettingsGroup

register_snippet(ResourceGroup)
register_snippet(SettingsGroup)
