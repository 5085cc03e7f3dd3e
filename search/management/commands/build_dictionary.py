"""Build the dictionary of the text analysis from the words that the floors above provide."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from ...text import dictionary


class Command(BaseCommand):
    """Offline, in seconds; documents are read with it from the next `rebuild_index` on."""

    help = _("検索用の辞書を、同梱の語と登録簿の名前から作り直します。")

    def handle(self, **options: Any) -> None:
        """Say how many words, and what is to be done next."""
        before = dictionary.current()
        path, count = dictionary.build()
        self.stdout.write(_("辞書を作りました：%(count)s語") % {"count": f"{count:,}"})
        if path.name != before:
            self.stdout.write(_("辞書が変わったので、続けて rebuild_index を実行してください。"))
