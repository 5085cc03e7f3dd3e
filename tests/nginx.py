"""nginx as it is shipped (`deploy/nginx.conf`), on a port of this machine and without TLS."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SHIPPED = Path(__file__).resolve().parent.parent / "deploy" / "nginx.conf"
FRAME = """worker_processes 2; daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; {user}
events {{ worker_connections 256; }}
http {{
    include /etc/nginx/mime.types;
    access_log off;
    keepalive_requests 10000000;
    {content}
}}
"""


def program() -> str | None:
    """Where nginx is; Debian puts it where not everybody looks."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


def shipped(port: int, site_port: int, var: Path) -> str:
    """What is shipped, with the part for TLS and what counts requests taken out, before a site on `site_port`."""
    text = SHIPPED.read_text()
    beginning, *servers = text.split("\nserver {")
    site = next(server for server in servers if "try_files" in server)
    # The last server goes to the end of the file.
    site = f"{beginning}\nserver {{{site}"
    lines = [line for line in site.splitlines() if not line.strip().startswith(("ssl_", "listen ", "limit_req"))]
    changed = "\n".join(lines).replace("www.city.example.jp;", f"127.0.0.1;\n    listen 127.0.0.1:{port};")
    changed = changed.replace("server 127.0.0.1:8000;", f"server 127.0.0.1:{site_port};")
    changed = changed.replace("/var/log/nginx/", f"{var}/").replace("/opt/yorozu/deploy", str(SHIPPED.parent))
    return changed.replace("/var/lib/yorozu", str(var))


@contextmanager
def running(folder: Path, port: int, content: str) -> Iterator[int]:
    """nginx with this content in its `http` block, its own files in `folder`; its process. Needs `program()`."""
    configuration = folder / "nginx.conf"
    configuration.write_text(FRAME.format(folder=folder, user="user root;", content=content))
    server = subprocess.Popen([str(program()), "-e", str(folder / "error.log"), "-c", str(configuration)])
    try:
        _wait(port, server)
        yield server.pid
    finally:
        server.terminate()
        server.wait(10)


def _wait(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("nginx did not start")
