"""Words that only offices say, and what everybody says instead: the checker's, no word of the search."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from .vocabulary import Entry


def check_hard_word(word: str, plain: str) -> None:
    """Two characters at least, and something else in its place. Raises ValidationError."""
    if len(word.strip()) < 2:
        raise ValidationError({"word": _("1文字のことばは、ほとんどの文に当たるので使えません。")})
    if word.strip() == plain.strip():
        raise ValidationError({"plain": _("言いかえが、もとのことばと同じです。")})


class HardWord(Entry):
    """A word of offices（役所のことば） and the plain one for it."""

    word = models.CharField(
        _("役所のことば"), max_length=40, unique=True, help_text=_("文の中に、この形で出てきたときにお知らせします")
    )
    plain = models.CharField(_("言いかえ"), max_length=80, help_text=_("役所で使わない人が、ふだん言うことば"))
    can_swap = models.BooleanField(
        _("そのまま置きかえてよい"),
        default=False,
        help_text=_("付けると、「直す」のボタンが出ます。前後の文を直さなくても通じるものだけに付けます"),
    )
    note = models.CharField(_("メモ"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("役所のことば")
        verbose_name_plural = _("役所のことば")
        ordering = ["word"]

    def __str__(self) -> str:
        return self.word

    def clean(self) -> None:
        """See `check_hard_word`."""
        super().clean()
        self.word, self.plain = self.word.strip(), self.plain.strip()
        check_hard_word(self.word, self.plain)
