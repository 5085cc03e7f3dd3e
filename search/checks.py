"""What an operator can get wrong about the search, told before the site starts."""

import importlib.util
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.utils.translation import gettext as _

LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@register()
def check_search(**_options: Any) -> list[CheckMessage]:
    """The engine's name, its package, its address, and how secrets travel."""
    from .engines import ENGINES

    if settings.SEARCH_ENGINE not in ENGINES:
        known = "、".join(sorted(ENGINES))
        return [Error(_("SEARCH_ENGINE は、このどれかにしてください：%s") % known, id="search.E001")]
    if settings.SEARCH_ENGINE != "elasticsearch":
        return []
    return [*_cluster(settings.ELASTICSEARCH)]


def _cluster(options: dict[str, Any]) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if importlib.util.find_spec("elasticsearch") is None:
        found.append(
            Error(
                _("Elasticsearch のライブラリが入っていません。"),
                hint="pip install 'yorozu[elasticsearch]'",
                id="search.E002",
            )
        )
    if not options["hosts"]:
        found.append(Error(_("ELASTICSEARCH_URL に、サーバーのアドレスを書いてください。"), id="search.E003"))
    for host in options["hosts"]:
        parts = urlsplit(host)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            found.append(
                Error(_("ELASTICSEARCH_URL のアドレスとして読めません：%s") % parts.hostname, id="search.E004")
            )
            continue
        is_far = parts.hostname not in LOOPBACK
        if parts.scheme == "http" and is_far and (options["api_key"] or options["password"]):
            found.append(
                Warning(_("Elasticsearch の鍵が、暗号化されずに送られます。https にしてください。"), id="search.W001")
            )
        if parts.scheme == "https" and not options["verify"]:
            found.append(
                Warning(
                    _("Elasticsearch の証明書を確かめていません。ELASTICSEARCH_CA_CERTS を使ってください。"),
                    id="search.W002",
                )
            )
    return found
