"""How the site is served. gunicorn reads this file by itself when it is started in this folder: `gunicorn` is enough.

What stands on the command line or in GUNICORN_CMD_ARGS counts more (`--bind`, `--workers`, `--threads`).
"""

from typing import Any

wsgi_app = "portal.wsgi"
# Reads requests without giving them a thread; with another class, eight slow visitors stop the site.
worker_class = "guard.server.worker.BufferedWorker"
bind = "127.0.0.1:8000"
workers = 2
threads = 4
# Workers share what was loaded before they were forked.
preload_app = True
loglevel = "warning"
# Nobody steers the site through a socket in a home folder; signals are enough.
control_socket_disable = True


def when_ready(server: Any) -> None:
    """The site is loaded and no worker is forked yet: they share what is read here."""
    if server.cfg.preload_app and server.app.app_uri == wsgi_app:
        import gc

        from portal.operations.warm import read_files

        read_files()
        # What is read here stays: nobody has to look through it for garbage, and workers go on sharing it.
        gc.collect()
        gc.freeze()


def post_worker_init(worker: Any) -> None:
    """A worker has searched once before its first visitor comes, and follows what is published from then on."""
    if worker.app.app_uri == wsgi_app:
        from portal.kept.disk import start_watching
        from portal.operations.warm import ask_once
        from search.following import start_following

        start_watching()
        ask_once()
        start_following()
