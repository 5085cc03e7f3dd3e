"""Imports: who brought which file in, how far it came, and what stood there before."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class RunState(models.TextChoices):
    """How far an import is. A worker takes what is waiting, and what another left behind."""

    MATCHING = "matching", _("列を選んでください")
    PLANNING = "planning", _("調べる順番を待っています")
    PLANNED = "planned", _("調べました")
    APPLYING = "applying", _("取り込む順番を待っているか、取り込んでいます")
    FOLLOWING = "following", _("取り込みました。職員用の検索に載せています")
    DONE = "done", _("取り込みました")
    REFUSED = "refused", _("取り込みませんでした")
    FAILED = "failed", _("途中で止まりました")
    UNDOING = "undoing", _("取り消しています")
    UNDONE = "undone", _("取り消しました")


class ImportRun(models.Model):
    """One file on its way in. The file itself goes when the run has ended (`importing.runs`)."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("取り込んだ人")
    )
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    ended_at = models.DateTimeField(null=True)
    file_name = models.CharField(_("ファイル"), max_length=200)
    file_hash = models.CharField(max_length=64)
    profile = models.CharField(_("取り込み方"), max_length=60, blank=True)
    # As `importing.plan.Options`, and whether good rows go in without the others.
    options = models.JSONField(default=dict)
    good_only = models.BooleanField(default=False)
    state = models.CharField(_("状態"), max_length=10, choices=RunState, default=RunState.PLANNING, db_index=True)
    # Who works on it, and when that was last seen to be alive.
    worker = models.CharField(max_length=64, blank=True, default="")
    beat_at = models.DateTimeField(null=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    # Up to which line of the journal the admin's search has been told.
    followed = models.BigIntegerField(default=0)
    # What planning found, and what was done: `Plan.as_json`.
    plan = models.JSONField(default=dict)
    message = models.TextField(blank=True, default="")

    class Meta:
        verbose_name = _("取り込み")
        verbose_name_plural = _("取り込み")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.file_name


class ImportProfile(models.Model):
    """How somebody's file is read, kept under a name, so that nobody matches its columns again next April."""

    name = models.CharField(_("読み方の名前"), max_length=80, unique=True)
    # `exchange.tables.reading.profiles.Profile` as JSON.
    content = models.TextField()
    # Headers by which the next file of the kind is known.
    headers = models.TextField(blank=True, default="")
    used_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("取り込みの読み方")
        verbose_name_plural = _("取り込みの読み方")
        ordering = ["-used_at", "-pk"]
        default_permissions = ()

    def __str__(self) -> str:
        return self.name


class ImportFile(models.Model):
    """The file of a run, as long as somebody may still read it."""

    run = models.OneToOneField(ImportRun, on_delete=models.CASCADE, related_name="file", primary_key=True)
    content = models.BinaryField()

    class Meta:
        verbose_name = "file of an import"
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.pk)


class ImportChange(models.Model):
    """What a run did to one record, and what stood there: the journal by which it goes on after a fall, and is undone.

    `before` and `after` hold what differs (`importing.composing.Image`); of a new record `after` is its stamp alone.
    """

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="changes")
    table = models.CharField(max_length=40)
    key = models.CharField(max_length=40)
    name = models.CharField(max_length=200, blank=True, default="")
    is_new = models.BooleanField(default=False)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    # Why it could not be undone; empty for what was, or was not tried.
    kept_because = models.TextField(blank=True, default="")
    is_undone = models.BooleanField(default=False)

    class Meta:
        verbose_name = "change of an import"
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["run", "table", "key"], name="import_change_once_a_record")]

    def __str__(self) -> str:
        return f"{self.table} {self.key}"
