"""Twenty entries a month, drawn at random and called: how much of the register is right, said by those who must know."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from ..models import PhoneCheck, PublicRecord

EACH_MONTH = 20
# The public is told a share only of so many answers: of fewer it says more of the few than of the register.
LEAST_ANSWERS = 10


def month_of(day: date) -> str:
    """The month as it is kept."""
    return f"{day:%Y-%m}"


def draw(day: date) -> int:
    """Draw the month's entries, once; returns how many came into the queue. The same register and month draw the same."""
    month = month_of(day)
    if PhoneCheck.objects.filter(sample_month=month).exists():
        return 0
    # The primary keys say nothing about how an entry is; the seed is the month, so nobody chooses.
    public = list(PublicRecord.objects.order_by("short_id").values_list("short_id", "pk"))
    # A draw, not a secret.
    drawn = random.Random(month).sample(public, min(EACH_MONTH, len(public)))  # noqa: S311
    made = PhoneCheck.objects.bulk_create(
        [PhoneCheck(resource_id=pk, sample_month=month, opened_on=day) for _short_id, pk in drawn],
        ignore_conflicts=True,
    )
    return len(made)


@dataclass(frozen=True, slots=True)
class Figure:
    """A month: how many were drawn, how many answered, how many of those were right as they stood."""

    month: str
    drawn: int
    answered: int
    right: int

    @property
    def share(self) -> int | None:
        """Right ones among those that answered, in percent; None while nobody has."""
        return round(100 * self.right / self.answered) if self.answered else None


def figures(most: int = 12) -> list[Figure]:
    """The last months, the newest first."""
    rows = (
        PhoneCheck.objects.exclude(sample_month="")
        .values("sample_month")
        .annotate(
            drawn=Count("pk"),
            answered=Count("pk", filter=Q(was_right__isnull=False)),
            right=Count("pk", filter=Q(was_right=True)),
        )
        .order_by("-sample_month")[:most]
    )
    return [Figure(row["sample_month"], row["drawn"], row["answered"], row["right"]) for row in rows]


def public_figures() -> list[Figure]:
    """Those that may be told to everybody."""
    return [one for one in figures() if one.answered >= LEAST_ANSWERS]
