"""What browsers are told with every response."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from urllib.parse import urljoin

from csp.constants import HEADER
from csp.middleware import CheckableLazyObject, CSPMiddleware, PolicyParts
from csp.utils import build_policy
from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.http.response import HttpResponseBase

from . import policy

SELF, NONE = "'self'", "'none'"
# Hosts are few: those of ALLOWED_HOSTS.
MOST_SOURCES = 100


class Headers:
    """Stands outermost, so that static files and errors of other middleware have them too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add what is not there."""
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", policy.PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", policy.RESOURCE_POLICY)
        return response


class ContentPolicy(CSPMiddleware):
    """The policy of the page or of the admin, with the address of the site's own files in it.

    A view that set a policy of its own (uploaded files) keeps it.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """See CSPMiddleware."""
        if getattr(request, "is_dummy", False):
            # A page that is made for a preview, under the name of the site; it is sent from the host of the admin.
            response._csp_config = policy.PAGES  # type: ignore[attr-defined]
            return response
        if getattr(request, "_csp_nonce", None) or any(name.startswith("_csp") for name in vars(response)):
            return super().process_response(request, response)
        # What nobody changed is written once; CSPMiddleware would copy and join it for each page.
        if HEADER not in response:
            response.headers[HEADER] = _written(request.path_info.startswith("/admin/"), *_own_sources(request))
        request.csp_nonce = CheckableLazyObject(self._csp_nonce_post_response)  # type: ignore[attr-defined]
        return response

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        """See CSPMiddleware."""
        parts = super().get_policy_parts(request, response, report_only)
        if report_only:
            return parts
        chosen = parts.config or _chosen(request.path_info.startswith("/admin/"))
        parts.config = _with_sources(chosen, *_own_sources(request))
        return parts


Policy = Mapping[str, Sequence[str]]


def _chosen(is_admin: bool) -> Policy:
    return policy.ADMIN if is_admin else policy.PAGES


def _own_sources(request: HttpRequest) -> tuple[str, str]:
    return own_source(request, settings.STATIC_URL), own_source(request, "/admin/jsi18n/")


def _with_sources(chosen: Policy, files: str, words: str) -> dict[str, list[str]]:
    own = {policy.OWN_FILES: files, policy.OWN_WORDS: words}
    return {name: [own.get(source, source) for source in sources] for name, sources in chosen.items()}


@lru_cache(maxsize=MOST_SOURCES)
def _written(is_admin: bool, files: str, words: str) -> str:
    return build_policy(_with_sources(_chosen(is_admin), files, words))


def own_source(request: HttpRequest, path: str) -> str:
    """The source that lets what is below the path run, and nothing else of the site.

    'none' for a host that is not ours (nothing is shown there but an error), 'self' where a policy cannot write the host
    down: browsers need not match an address of digits other than 127.0.0.1.
    """
    try:
        return _source(request.scheme or "", request.get_host(), path)
    except DisallowedHost:
        return NONE


@lru_cache(maxsize=MOST_SOURCES)
def _source(scheme: str, host: str, path: str) -> str:
    name, _port = split_domain_port(host)
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        pass
    else:
        if name != "127.0.0.1":
            return SELF
    return urljoin(f"{scheme}://{host}/", path)
