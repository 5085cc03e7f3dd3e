"""Names that stay: short ids that people read aloud, and UUIDs that are the same whenever a file is loaded again."""

from __future__ import annotations

import secrets
from uuid import NAMESPACE_URL, UUID, uuid5

# Crockford's alphabet without look-alikes: the id is read aloud, written on paper and typed.
SHORT_ID_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
SHORT_ID_LENGTH = 10
NAMESPACE = uuid5(NAMESPACE_URL, "https://example.jp/yorozu")


def new_short_id() -> str:
    """A random public id of 50 bits."""
    return "".join(secrets.choice(SHORT_ID_ALPHABET) for _position in range(SHORT_ID_LENGTH))


def stable_uuid(origin: str, key: str) -> UUID:
    """The same UUID for the same key, whenever and wherever it is loaded."""
    return uuid5(NAMESPACE, f"{origin}:{key}")


def stable_short_id(identity: UUID) -> str:
    """A public id out of the first 50 bits of a UUID."""
    number = identity.int >> (128 - 5 * SHORT_ID_LENGTH)
    signs = []
    for _position in range(SHORT_ID_LENGTH):
        number, rest = divmod(number, len(SHORT_ID_ALPHABET))
        signs.append(SHORT_ID_ALPHABET[rest])
    return "".join(signs)
