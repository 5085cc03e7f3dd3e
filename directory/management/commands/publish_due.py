"""`manage.py publish_due`: publish and end what editors planned for an hour that has come. Every few minutes, by a timer."""

from typing import Any

from django.core.management.base import BaseCommand

from ...admin.desk.planned import work


class Command(BaseCommand):
    """Does nothing where nothing is due; exits with 1 where something could not be done."""

    help = "Publish and end what was planned for now"

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it and say how much."""
        done = work()
        self.stdout.write(f"公開 {done.published}件、終了 {done.ended}件")
        if done.failed:
            self.stderr.write("できなかったもの: " + "、".join(done.failed))
            raise SystemExit(1)
