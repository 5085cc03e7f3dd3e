"""Ports of 127.0.0.1 for the servers that tests start.

Between the choice of a port and the start of a server a demo may be loaded, for a minute. A port that the system gives to whoever
asks for any has a good chance to belong to somebody else by then (a browser's connection, another test's server).
"""

from __future__ import annotations

import atexit
import random
import socket
from contextlib import ExitStack, suppress

# Below what Linux (32768) and others (49152) take for connections that go out.
RANGE = range(20_000, 32_768)

_held = ExitStack()
atexit.register(_held.close)
# The run seeds the other one anew for each test, alike in each of its processes.
_chance = random.SystemRandom()


def free_port() -> int:
    """A port that nobody listens on, and that no other process is given here as long as this one lives.

    Raises OSError when there is none.
    """
    for port in _chance.sample(RANGE, len(RANGE)):
        with suppress(OSError), ExitStack() as held:
            # Kept: none of the servers speaks UDP, and the system takes it back when the process ends, however it does.
            held.enter_context(socket.socket(type=socket.SOCK_DGRAM)).bind(("127.0.0.1", port))
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", port))
            _held.push(held.pop_all())
            return port
    raise OSError("no free port")
