"""What a public record is counted as: records that are alike in all that is counted share one row of `CountedAs`."""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import Any

from .record import PublicResource


def counted_as(public: PublicResource) -> tuple[str, dict[str, Any]]:
    """The key, and what it stands for: codes and slugs, so that it holds whatever keys the database gives."""
    shared = {
        "kind": public.kind,
        "eligibility": public.eligibility,
        "fields": sorted(field.code for field in public.fields),
        "areas": sorted(area.slug for area in public.areas),
        "ways": sorted({str(channel.kind) for channel in public.channels}),
        "rules": sorted(
            [
                list(rule.weekdays),
                rule.opens.isoformat(),
                rule.closes.isoformat(),
                rule.holidays,
                rule.valid_from.isoformat() if rule.valid_from else "",
                rule.valid_to.isoformat() if rule.valid_to else "",
            ]
            for rule in public.schedule.rules
        ),
    }
    text = json.dumps(shared, sort_keys=True)
    return blake2b(text.encode(), digest_size=8).hexdigest(), json.loads(text)
