"""Load the facts that every city starts from."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from ...exchange.reference import load_reference
from ...fixtures import FixtureError
from ...partners.exchange.reference import load_packs


class Command(BaseCommand):
    """See `directory.exchange.reference` and `directory.partners.exchange.reference`."""

    help = "Load institution types, fields, needs, programmes, national lines, history, sharing packs; leaves alone what is there."

    def handle(self, *args: Any, **options: Any) -> None:
        """All or nothing."""
        try:
            with transaction.atomic():
                created = load_reference()
                created["SharingPack"] += load_packs()
        except FixtureError as error:
            raise CommandError(str(error)) from error
        for name, count in created.items():
            self.stdout.write(_("{name}: {count}件を登録しました").format(name=name, count=count))
