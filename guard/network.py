"""From where somebody asks. Kept nowhere but as a key that is counted under, and there only as a hash."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = "unknown"
# An address with scope and brackets has no more; what is longer is nobody's.
LONGEST_ADDRESS = 64


def network_of(address: str) -> str:
    """The network of an address: IPv4 as it is, IPv6 its /64 (one household gets 2^64), anything else "unknown"."""
    text = address.strip().strip("[]").partition("%")[0]
    if len(text) > LONGEST_ADDRESS:
        return UNKNOWN
    try:
        parsed: IPv4Address | IPv6Address = ip_address(text)
    except ValueError:
        return UNKNOWN
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return f"{IPv6Address(int(parsed) >> 64 << 64)}/64"
    return str(parsed)


def client_network(request: HttpRequest) -> str:
    """The network of who asks. A header is believed only behind a proxy of ours, and of it only what that proxy wrote.

    Each proxy appends the address that it saw: with n of them the n-th from the right is the visitor's.
    """
    proxies = settings.PROXIES
    if proxies:
        # A stranger can send any length of it; what our proxies wrote stands at the end.
        seen = request.META.get("HTTP_X_FORWARDED_FOR", "")[-LONGEST_ADDRESS * (proxies + 1) :].split(",")
        if len(seen) >= proxies and (network := network_of(seen[-proxies])) != UNKNOWN:
            return network
    return network_of(request.META.get("REMOTE_ADDR", ""))
