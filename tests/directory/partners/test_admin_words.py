"""No English on any page of the admin, for any role of the city: every address of the matrix, read as somebody sees and hears it."""

from __future__ import annotations

from pathlib import Path
from collections import defaultdict

import pytest

from tests.directory.partners.test_admin_matrix import FAILS, admin_addresses
from tests.directory.partners.world import CITY, World
from tests.english import english_on

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_should_speak_japanese_on_every_page_of_every_role(world: World) -> None:
    found: dict[str, set[str]] = defaultdict(set)
    import time
    n=0
    t=time.time()
    for visitor in CITY:
        for address in admin_addresses():
            if address.route == FAILS:
                continue
            path = world.path(address)
            response = world.ask(visitor, "GET", path)
            if response.streaming or not response["Content-Type"].startswith(("text/html", "application/json")):
                continue
            n+=1
            try:
                pieces = english_on(response.content)
            except ValueError as e:
                print("XX", path, e); continue
            for piece in pieces:
                found[piece].add(f"{visitor[0]} {path}")
    print(n, time.time()-t)
    Path('/tmp/japanese-w/found.txt').write_text("\n".join(f"{p!r} {len(w)} {sorted(w)[:3]}" for p, w in sorted(found.items(), key=lambda x: -len(x[1]))))
    assert not found
