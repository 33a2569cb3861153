"""`answerable demo`: a temporary folder, a free port, one address."""

import socket
import tempfile
import webbrowser
from pathlib import Path

from answerable import logs
from answerable.app import create_app, create_site, run
from answerable.demo.demo import Demo
from answerable.demo.routes import routes
from answerable.now import MovableTime
from answerable.settings import SettingsError
from scheduler.clock import Ticker


def run_demo(port: int, browser: bool) -> None:
    """Run until told to stop; nothing is kept."""
    logs.configure()
    listener = _listener(port)
    number = listener.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="answerable-demo-") as folder:
        time = MovableTime()
        demo = Demo(Path(folder), time, number)
        site = create_site(demo.service, {"demonstration": True})
        app = create_app(demo.service, Ticker(demo.jobs(), time), routes(demo, site), site=site)
        address = f"http://127.0.0.1:{number}/demo/"
        print(f"Answerable's demonstration: {address}  (stop with Ctrl-C; nothing is kept)", flush=True)
        if browser:
            webbrowser.open(address)
        run(app, "127.0.0.1", number, listener)


def _listener(port: int) -> socket.socket:
    """Listening already, so that the printed address answers as soon as it is printed."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen()
    except OSError as error:
        raise SettingsError(
            f"Port {port} cannot be used ({error.strerror}). Try another: answerable demo --port 8001"
        ) from error
    return listener
