"""Load or remove the demo."""

from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from directory.fixtures import FixtureError
from search.engines.base import EngineError

from ...demo import city


class Command(BaseCommand):
    """See `portal.demo.city.city`."""

    help = "Load the demo city よろず市 (seeded, idempotent), multiply it for benchmarks, or remove it."

    def add_arguments(self, parser: CommandParser) -> None:
        """Seed, size, removal, log-ins."""
        parser.add_argument("--seed", type=int, default=1, help="seed of the multiplied resources")
        parser.add_argument("--resources", type=int, default=0, help="multiply until this many resources stand")
        parser.add_argument("--remove", action="store_true", help="remove all that the demo brought")
        parser.add_argument("--logins", action="store_true", help="create and print the demo log-ins (demo only)")

    def handle(self, *args: Any, **options: Any) -> None:
        """All or nothing; a second run with the same files changes nothing."""
        seed, resources = options["seed"], options["resources"]
        if resources < 0:
            raise CommandError(_("--resources は0以上の数です"))
        if options["remove"]:
            try:
                city.remove()
            except ProtectedError as error:
                names = "、".join(sorted({str(record) for record in error.protected_objects})[:5])
                raise CommandError(
                    _(
                        "デモのまちに、あとから登録したものが残っています：{names}。先に、管理画面で移すか消してください。"
                    ).format(names=names)
                ) from error
            self.stdout.write(_("デモのデータを消しました"))
            return
        if options["logins"] and settings.ENVIRONMENT == "production":
            raise CommandError(_("デモのログインは、本番では作れません"))
        if city.is_loaded(seed, resources):
            self.stdout.write(_("デモのデータは読み込み済みです"))
        else:
            self._load(seed, resources)
        if options["logins"]:
            for name, password in city.create_logins().items():
                self.stdout.write(f"  {name} / {password}")
            for person in city.create_people():
                line = _(
                    "  {mail} / {password}  {partner}（{rank}）\n      今のコード {code}  認証アプリに入れる文字 {secret}"
                )
                self.stdout.write(line.format(**asdict(person)))

    def _load(self, seed: int, resources: int) -> None:
        def progress(done: int) -> None:
            self.stdout.write(f"  {done:,}", ending="\r")
            self.stdout.flush()

        try:
            count = city.load(seed, resources, progress if resources else None)
        except FixtureError as error:
            raise CommandError(_("デモのデータに誤りがあり、何も読み込みませんでした:") + f"\n{error}") from error
        except ValidationError as error:
            # A city that stands here already may call an area as the demo calls one of its own.
            raise CommandError(
                _("登録されているものとぶつかるので、何も読み込みませんでした:") + " " + " ".join(error.messages)
            ) from error
        except EngineError as error:
            raise CommandError(
                _("デモのデータを読み込みましたが、作れなかった索引があります。直ったら、ひとりでに追いつきます：")
                + str(error)
            ) from error
        self.stdout.write(_("{count}件の社会資源を読み込みました").format(count=f"{count:,}"))
