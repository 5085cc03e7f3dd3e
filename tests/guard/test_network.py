"""From where somebody asks, and whom the site believes."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from guard.network import client_network, network_of


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        (" 203.0.113.7 ", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::9]", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("::1", "::/64"),
        ("", "unknown"),
        ("unix:", "unknown"),
        ("203.0.113.7, 10.0.0.1", "unknown"),
        ("1" * 100_000, "unknown"),
        ("2130706433", "unknown"),
        ("203.0.113.07", "unknown"),
        ("\x00", "unknown"),
    ],
)
def test_should_take_a_household_as_one_network(address: str, network: str) -> None:
    assert network_of(address) == network


@pytest.mark.parametrize(
    ("proxies", "forwarded", "network"),
    [
        (0, "198.51.100.9", "10.0.0.1"),
        (1, "198.51.100.9", "198.51.100.9"),
        # A stranger wrote the first; the proxy appended what it saw.
        (1, "1.1.1.1, 198.51.100.9", "198.51.100.9"),
        (2, "1.1.1.1, 198.51.100.9, 10.0.0.2", "198.51.100.9"),
        (1, "2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        (1, "", "10.0.0.1"),
        (1, "nonsense", "10.0.0.1"),
        (2, "198.51.100.9", "10.0.0.1"),
        (1, "1.1.1.1, " * 100_000 + "198.51.100.9", "198.51.100.9"),
        (1, "x" * 1_000_000, "10.0.0.1"),
    ],
)
def test_should_believe_only_its_own_proxies(settings: object, proxies: int, forwarded: str, network: str) -> None:
    settings.PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=forwarded)
    assert client_network(request) == network
