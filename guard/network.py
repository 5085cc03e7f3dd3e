"""Who somebody is as far as an address tells: the network that limits are counted for."""

from __future__ import annotations

from ipaddress import AddressValueError, IPv4Address, IPv6Address, IPv6Network

UNKNOWN = "unknown"
# The smallest piece that a provider gives to one customer: counting single IPv6 addresses would limit nobody.
CUSTOMER_BITS = 64


def network_of(address: str) -> str:
    """The IPv4 address as it is, the /64 of an IPv6 address; "unknown" for what is no address."""
    try:
        return str(IPv4Address(address))
    except AddressValueError:
        pass
    try:
        found = IPv6Address(address)
    except AddressValueError:
        return UNKNOWN
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    # The zone of a link-local address names an interface of this machine, not a network.
    return str(IPv6Network((int(found), CUSTOMER_BITS), strict=False))
