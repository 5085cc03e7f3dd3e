"""Bring the public's copy of the register into the shape of this version."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from directory.models import Resource
from directory.public.store import refresh_outdated, refresh_public_records


class Command(BaseCommand):
    """See `directory.public.store`."""

    help = "Write the public records anew that another version of the software wrote (after an upgrade), or all."

    def add_arguments(self, parser: CommandParser) -> None:
        """All of them."""
        parser.add_argument("--all", action="store_true", help="also those of this version's shape")

    def handle(self, *args: Any, **options: Any) -> None:
        """A batch at a time: whoever publishes meanwhile waits for one batch at most."""
        if options["all"]:
            count = refresh_public_records(resource_ids=Resource.objects.values_list("pk", flat=True))
        else:
            count = refresh_outdated()
        self.stdout.write(_("公開の写しを{count}件、書き直しました").format(count=f"{count:,}"))
