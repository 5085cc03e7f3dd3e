"""The words by which questions are understood: content, edited in the admin, effective without a restart."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.models import RevisionMixin

from search.questions.spans import span_key
from search.text.analysis import analyse
from search.text.features import features

from ...choices import PhraseLanguage, Speaker, SynonymLayer
from ..base import Record
from ..taxonomy import InstitutionType, Need

SEPARATOR = "／"
SHORTEST_SYNONYM = 2


def split_words(text: str) -> list[str]:
    """Words of a cell or a text area: separated by ／ or line ends."""
    return [word.strip() for line in text.splitlines() for word in line.split(SEPARATOR) if word.strip()]


def keys_of(words: list[str]) -> str:
    """The words as they are looked up: " a b c "."""
    return f" {' '.join(dict.fromkeys(map(span_key, words)))} "


def check_synonyms(words: list[str]) -> None:
    """Two words at least, none twice, none of one letter. Raises ValidationError."""
    keys = [span_key(word) for word in words]
    if len(keys) < 2 or not all(keys):
        raise ValidationError({"words": _("ことばを2つ以上書いてください。")})
    if short := [word for word, key in zip(words, keys, strict=True) if len(key) < SHORTEST_SYNONYM]:
        raise ValidationError(
            {"words": _("1文字のことばは、ほとんどの文に当たるので使えません：%s") % "、".join(short)}
        )
    # Two spellings that differ in kana only are one to the search: ハロワ, はろわ.
    if len({word.strip() for word in words}) < len(words):
        raise ValidationError({"words": _("同じことばが2回あります。")})


def check_phrase(text: str) -> None:
    """A phrase must say something by which a need can be told. Raises ValidationError."""
    if not any(feature[0] in "wlcg" for feature in features(analyse(text))):
        raise ValidationError(
            {"text": _("これだけでは、どんな困りごとか分かりません。中身のあることばを入れてください。")}
        )


def check_stop_word(word: str) -> None:
    """Something must be left of it when it is read as a question is. Raises ValidationError."""
    if not analyse(word).terms:
        raise ValidationError({"word": _("検索で使われない記号や助詞です。")})


class Entry(RevisionMixin, Record):
    """An entry of the vocabulary, with its history."""

    class Meta:
        abstract = True


class SynonymGroup(Entry):
    """Words that mean the same; the usual one first. `keys` is " a b c ", so that a word's groups are found by one look."""

    layer = models.CharField(_("層"), max_length=20, choices=SynonymLayer)
    words = models.TextField(_("ことば"), help_text=_("／か改行で区切ります。ふだん使うことばを先頭に書きます。"))
    note = models.CharField(_("メモ"), max_length=200, blank=True)
    keys = models.TextField(editable=False, blank=True)

    class Meta:
        verbose_name = _("同じ意味のことば")
        verbose_name_plural = _("同じ意味のことば")
        ordering = ["layer", "words", "pk"]

    def __str__(self) -> str:
        return self.words

    def clean(self) -> None:
        """Two words at least, none twice, none of one letter, none in another group of the layer (a circle)."""
        super().clean()
        words = split_words(self.words)
        check_synonyms(words)
        self.words, self.keys = SEPARATOR.join(words), keys_of(words)
        for word in words:
            others = SynonymGroup.objects.filter(layer=self.layer, keys__contains=f" {span_key(word)} ")
            if other := others.exclude(pk=self.pk).first():
                raise ValidationError(
                    {"words": _("「%(word)s」は、別の組「%(other)s」にもあります。") % {"word": word, "other": other}}
                )


def target(need: str | None, type_: str | None) -> str:
    """What the search knows a phrase by, from the code of its need or of its type of institution."""
    return need or f"type:{type_ or ''}"


class Phrase(Entry):
    """How people say a need, or name a type of institution（言い回し）."""

    need = models.ForeignKey(
        Need, on_delete=models.CASCADE, null=True, blank=True, related_name="phrases", verbose_name=_("困りごと")
    )
    type = models.ForeignKey(
        InstitutionType,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="phrases",
        verbose_name=_("機関の種類"),
        help_text=_("機関そのものを指すことば（職安など）のときだけ選びます"),
    )
    language = models.CharField(_("言語"), max_length=10, choices=PhraseLanguage, default=PhraseLanguage.JA)
    speaker = models.CharField(_("だれのことば"), max_length=10, choices=Speaker, default=Speaker.PERSON)
    text = models.CharField(_("言い回し"), max_length=80)

    class Meta:
        verbose_name = _("言い回し")
        verbose_name_plural = _("言い回し")
        ordering = ["need__order", "type__order", "language", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(need__isnull=False, type__isnull=True)
                | models.Q(need__isnull=True, type__isnull=False),
                name="phrase_one_target",
            )
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def target(self) -> str:
        """The code that the search knows it by."""
        return target(self.need.code if self.need else None, self.type.code if self.type else None)

    def clean(self) -> None:
        """One target, words that say something, not twice for the same target."""
        super().clean()
        if (self.need_id is None) == (self.type_id is None):
            raise ValidationError(_("困りごとか機関の種類の、どちらか一つを選んでください。"))
        check_phrase(self.text)
        same = Phrase.objects.filter(need=self.need_id, type=self.type_id, text=self.text).exclude(pk=self.pk)
        if same.exists():
            raise ValidationError({"text": _("同じ言い回しが、もうあります。")})


class StopWord(Entry):
    """A word that only asks and says nothing of the matter（教えて、相談したい）; added to those that ship with the code."""

    word = models.CharField(_("ことば"), max_length=40, unique=True)

    class Meta:
        verbose_name = _("読みとばすことば")
        verbose_name_plural = _("読みとばすことば")
        ordering = ["word"]

    def __str__(self) -> str:
        return self.word

    def clean(self) -> None:
        """Something must be left of it when it is read as a question is."""
        super().clean()
        check_stop_word(self.word)


class PromotionQuerySet(models.QuerySet):
    """What may be shown."""

    def on(self, day: object) -> "PromotionQuerySet":
        """Those whose days include `day`."""
        return self.exclude(starts_on__gt=day).exclude(ends_on__lt=day)


class Promotion(Entry):
    """A resource or page that stands first for some words, for as long as its days last."""

    words = models.CharField(_("ことば"), max_length=200, help_text=_("／で区切った全部が質問にあるとき、先頭に出ます"))
    resource = models.ForeignKey(
        "directory.Resource",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("社会資源"),
    )
    page = models.ForeignKey(
        "wagtailcore.Page", on_delete=models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("ページ")
    )
    starts_on = models.DateField(_("始まる日"), default=timezone.localdate)
    ends_on = models.DateField(_("終わる日"), null=True, blank=True)

    objects = PromotionQuerySet.as_manager()

    class Meta:
        verbose_name = _("先頭に出すもの")
        verbose_name_plural = _("先頭に出すもの")
        ordering = ["-starts_on", "pk"]

    def __str__(self) -> str:
        return self.words

    @property
    def key(self) -> str:
        """The key of the document that is promoted."""
        return f"resource:{self.resource.short_id}" if self.resource else f"page:{self.page_id}"

    def clean(self) -> None:
        """One target, words that are words, days in their order."""
        super().clean()
        if (self.resource_id is None) == (self.page_id is None):
            raise ValidationError(_("社会資源かページの、どちらか一つを選んでください。"))
        words = split_words(self.words)
        if not words or any(len(span_key(word)) < SHORTEST_SYNONYM for word in words):
            raise ValidationError({"words": _("2文字以上のことばを書いてください。")})
        if self.ends_on and self.ends_on < self.starts_on:
            raise ValidationError({"ends_on": _("終わる日は、始まる日より後にしてください。")})
        self.words = SEPARATOR.join(words)


class VocabularyVersion(models.Model):
    """A state of the vocabulary: a row for every change, never altered; the newest number is what the search follows."""

    created_at = models.DateTimeField(_("日時"), auto_now_add=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, verbose_name=_("した人")
    )
    summary = models.CharField(_("したこと"), max_length=200)

    class Meta:
        verbose_name = _("ことばの版")
        verbose_name_plural = _("ことばの版")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.pk} {self.summary}"
