"""Words of the search as files, from the command line."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from ...fixtures import FixtureError
from ...vocabulary.files import FORMATS, export_csv, import_csv


class Command(BaseCommand):
    """See `directory.vocabulary.files`."""

    help = _(
        "検索のことば（同じ意味のことば、言い回し、危険のことば、読みとばすことば）を、CSVファイルで書き出し、取り込みます。"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """One direction at a time."""
        direction = parser.add_mutually_exclusive_group(required=True)
        direction.add_argument("--export", type=Path, metavar="DIR", help=_("このフォルダーに書き出します"))
        direction.add_argument(
            "--import", type=Path, metavar="FILE", dest="source", help=_("取り込むファイル（名前は種類.csv）")
        )
        parser.add_argument("--replace", action="store_true", help=_("ファイルにないことばを削除します"))

    def handle(self, *, export: Path | None, source: Path | None, replace: bool, **options: Any) -> None:
        """All or nothing for each file."""
        if export:
            export.mkdir(parents=True, exist_ok=True)
            for name in FORMATS:
                (export / f"{name}.csv").write_text(export_csv(name), encoding="utf-8")
                self.stdout.write(str(export / f"{name}.csv"))
        elif source:
            self._import(source, replace)

    def _import(self, source: Path, replace: bool) -> None:
        if source.stem not in FORMATS:
            raise CommandError(
                _("ファイルの名前は、このどれかにしてください：%s") % "、".join(f"{name}.csv" for name in FORMATS)
            )
        try:
            counts = import_csv(source.stem, source.read_text(encoding="utf-8-sig"), replace=replace)
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(_("ファイルを読めません：%s") % error) from error
        except FixtureError as error:
            raise CommandError(_("何も取り込みませんでした。") + "\n" + "\n".join(error.problems)) from error
        for name, label in (
            ("created", _("追加")),
            ("updated", _("変更")),
            ("unchanged", _("そのまま")),
            ("deleted", _("削除")),
        ):
            self.stdout.write(f"{label}: {counts[name]}")
