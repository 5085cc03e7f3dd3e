"""When somebody who works here last looked at the desk: the one thing that is kept of what they do there."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone

# What is longer past is no news, and the time of a look is worth nothing either.
LOOKS = timedelta(days=31)


class LastLook(models.Model):
    """The newest look alone; it goes with the log-in, and when it is too old to count anything from (`LOOKS`)."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = "last look at the desk"
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.at)

    @classmethod
    def forget_old(cls) -> int:
        """Take away what is older. Returns how many."""
        return cls.objects.filter(at__lt=timezone.now() - LOOKS).delete()[0]
