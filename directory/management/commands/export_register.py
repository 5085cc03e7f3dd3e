"""The register as files."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from ...exchange.tables.workbook import TooMuch
from ...exchange.tables.writing import FORMATS, export_register


class Command(BaseCommand):
    """See `directory.exchange.tables.writing`."""

    help = _(
        "登録簿のすべて（下書きと職員用のメモを含む）を、ファイルに書き出します。import_register で元のまま戻せます。"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to, and in which format."""
        parser.add_argument("folder", type=Path, metavar="DIR", help=_("このフォルダーに書き出します"))
        parser.add_argument("--format", choices=FORMATS, default="csv", help=_("ファイルの形式"))
        parser.add_argument("--public", action="store_true", help=_("公開している記録だけを、公開している項目だけで"))

    def handle(self, *, folder: Path, format: str, public: bool, **options: Any) -> None:
        """Name each file that was written."""
        try:
            files = export_register(folder, format, audience="public" if public else "staff")
        except OSError as error:
            raise CommandError(_("書き出せません：%s") % error) from error
        except TooMuch as error:
            raise CommandError(_("Excelに入りきりません（%s）。--format csv で書き出してください。") % error) from error
        for file in files:
            self.stdout.write(str(file))
