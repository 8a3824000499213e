"""Chromium without a window, spoken to over two pipes: sizes of the screen, colours, requests.

The protocol is that of the browser's own tools: JSON messages, each ended by a zero byte.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
BINARY = next((found for name in _NAMES if (found := shutil.which(name))), None)
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)
# The protocol is read at 3 and written at 4, whatever the pipes are called here.
_START = """
import fcntl, os, sys
pipes = [fcntl.fcntl(int(each), fcntl.F_DUPFD, 10) for each in sys.argv[1:3]]
os.dup2(pipes[0], 3)
os.dup2(pipes[1], 4)
os.execv(sys.argv[3], sys.argv[3:])
"""


class Page:
    """One page of the browser; `requests` are what it asked for, `refused` what it did not get."""

    def __init__(self, send: int, receive: int) -> None:
        self._send, self._receive, self._number = send, receive, 0
        self._pending = b""
        self.requests: list[str] = []
        self.refused: list[tuple[str, dict[str, Any]]] = []
        self._asked: dict[str, str] = {}
        self._session: str | None = None
        opened = self.call("Target.createTarget", url="about:blank")
        attached = self.call("Target.attachToTarget", targetId=opened["targetId"], flatten=True)
        self._session = attached["sessionId"]
        for name in ("Page", "Network", "Runtime"):
            self.call(f"{name}.enable")

    def open(self, path: Path, *, width: int = 1280, height: int = 900, dark: bool = False) -> None:
        """Show a file at a size and in light or dark colours, and wait until it is drawn."""
        phone = {"mobile": width < 600, "deviceScaleFactor": 1}
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, **phone)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])
        self.call("Page.navigate", url=path.resolve().as_uri())
        while self._next().get("method") != "Page.loadEventFired":
            pass

    def value(self, expression: str) -> Any:
        """What an expression of JavaScript gives; the tools may ask where the page may not."""
        found = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def picture(self, path: Path) -> None:
        """The whole page as a PNG."""
        shot = self.call("Page.captureScreenshot", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(shot["data"]))

    def print(self, path: Path) -> None:
        """The page as a PDF, on the paper that its style asks for."""
        options = {"preferCSSPageSize": True, "printBackground": False}
        path.write_bytes(base64.b64decode(self.call("Page.printToPDF", **options)["data"]))

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """One command and its answer."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._send, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                assert "error" not in answer, f"{method}: {answer['error']}"
                return answer["result"]

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._pending:
            part = os.read(self._receive, 1 << 16)
            assert part, "the browser has ended"
            self._pending += part
        message, self._pending = self._pending.split(b"\0", 1)
        found = json.loads(message)
        if found.get("method") == "Network.requestWillBeSent":
            self.requests.append(found["params"]["request"]["url"])
            self._asked[found["params"]["requestId"]] = self.requests[-1]
        if found.get("method") == "Network.loadingFailed":
            self.refused.append((self._asked[found["params"]["requestId"]], found["params"]))
        return found


@contextmanager
def browser() -> Iterator[Page]:
    """A browser with a fresh profile, ended and cleared away afterwards."""
    assert BINARY is not None
    to_browser, our_end = os.pipe()
    from_browser, their_end = os.pipe()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        pipes = [str(to_browser), str(their_end)]
        command = [sys.executable, "-c", _START, *pipes, BINARY, *_FLAGS]
        command.append(f"--user-data-dir={profile}")
        process = subprocess.Popen(
            command,
            pass_fds=(to_browser, their_end),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_browser)
        os.close(their_end)
        try:
            yield Page(our_end, from_browser)
        finally:
            process.terminate()
            process.wait(20)
            os.close(our_end)
            os.close(from_browser)
