"""What refuses to start: settings with which the site would run, and not be safe. Knows no settings but those it is given."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from .policy import SHORTEST_SECRET_KEY

YES, NO = frozenset({"true", "1", "yes", "on"}), frozenset({"false", "0", "no", "off"})
# A key of one letter fifty times is no secret.
FEWEST_SIGNS = 10
MOST_PROXIES = 9
MAIL_ADDRESS = re.compile(r"[^\s@:]+@[^\s@:]+")


def flag(env: environ.Env, name: str, default: bool) -> bool:
    """A setting that is yes or no. Anything else is refused: read as "no" a slip of the pen would open a door."""
    given = env.str(name, default="").strip().lower()
    if given in YES | NO:
        return given in YES
    if given:
        raise ImproperlyConfigured(f"{name} must be true or false")
    return default


def proxies(env: environ.Env) -> int:
    """BEHIND_PROXY: true is one proxy of ours, a number that many."""
    given = env.str("BEHIND_PROXY", default="").strip()
    if given.isdigit() and int(given) <= MOST_PROXIES:
        return int(given)
    return int(flag(env, "BEHIND_PROXY", default=False))


def security_contact(env: environ.Env) -> str:
    """SECURITY_CONTACT as `security.txt` names it: a mail address becomes a mailto:; empty when nobody is named."""
    given = env.str("SECURITY_CONTACT", default="").strip()
    if MAIL_ADDRESS.fullmatch(given):
        return f"mailto:{given}"
    if not given or re.fullmatch(r"mailto:\S+@\S+|https://\S+|tel:\+[0-9-]+", given):
        return given
    raise ImproperlyConfigured("SECURITY_CONTACT must be a mail address, or begin with https:// or tel:+")


def check_production(secret_key: str, hosts: list[str], base_url: str, *, only_https: bool) -> None:
    """Raise ImproperlyConfigured, with what to do, for settings that no site on the net may have."""
    if len(secret_key) < SHORTEST_SECRET_KEY or len(set(secret_key)) < FEWEST_SIGNS:
        raise ImproperlyConfigured(
            f"Set SECRET_KEY to at least {SHORTEST_SECRET_KEY} random characters, and keep it secret:"
            ' python3 -c "import secrets; print(secrets.token_urlsafe(50))"'
        )
    if not any(host.strip() for host in hosts):
        raise ImproperlyConfigured("Set ALLOWED_HOSTS to the name of the site, such as soudan.city.example.lg.jp")
    if any(host.strip() in {"*", "."} for host in hosts):
        raise ImproperlyConfigured("ALLOWED_HOSTS must name the site; * lets anybody choose the name")
    try:
        parts = urlsplit(base_url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        host, parts = "", urlsplit("")
    if not host or parts.path.strip("/") or parts.query or parts.scheme not in {"http", "https"}:
        raise ImproperlyConfigured(
            "Set BASE_URL to the public address, such as https://soudan.city.example.lg.jp: links in mails lead there"
        )
    if only_https and parts.scheme != "https":
        raise ImproperlyConfigured("BASE_URL must begin with https:// (or SECURE_SSL_REDIRECT be false)")
    if not any(host == one or (one.startswith(".") and f".{host}".endswith(one)) for one in map(str.lower, hosts)):
        raise ImproperlyConfigured("BASE_URL names a host that ALLOWED_HOSTS does not allow")
