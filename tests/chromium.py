"""A headless Chromium that tests drive: pages, clicks, keys, what the page says, and its errors.

Speaks the DevTools protocol over the browser's own pipe (descriptors 3 and 4), so nothing but the
browser is needed. `browser()` skips the test where there is none.
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-extensions",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--remote-debugging-pipe",
)
WAIT_S = 60.0


def path() -> str:
    """The browser's path; empty where there is none."""
    return next(filter(None, map(shutil.which, NAMES)), "")


class Page:
    """One page of the browser."""

    def __init__(self, browser: Browser, session: str) -> None:
        self._browser = browser
        self._session = session
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.ask(f"{domain}.enable")
        self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=1280,
            height=1400,
            deviceScaleFactor=1,
            mobile=False,
        )

    def open(self, file: Path) -> None:
        """Load a file and wait until it has loaded."""
        self.ask("Page.navigate", url=file.resolve().as_uri())
        self.wait("document.readyState === 'complete'")

    def eval(self, script: str) -> Any:
        """The value of an expression in the page."""
        found = self.ask(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def wait(self, script: str) -> None:
        """Wait until an expression is true."""
        until = time.monotonic() + WAIT_S
        while not self.eval(script):
            assert time.monotonic() < until, f"still not: {script}"
            time.sleep(0.05)

    def click(self, x: float, y: float) -> None:
        """A real click of the left button, in pixels of the window."""
        at: dict[str, Any] = {"x": x, "y": y, "button": "left", "clickCount": 1}
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self.ask("Input.dispatchMouseEvent", type=kind, **at)

    def click_on(self, selector: str) -> None:
        """A real click in the middle of an element, scrolled into view."""
        box = (
            f"(() => {{ const e = document.querySelector({json.dumps(selector)}); "
            "e.scrollIntoView({block: 'center'}); const r = e.getBoundingClientRect(); "
            "return [r.left + r.width / 2, r.top + r.height / 2]; })()"
        )
        self.click(*self.eval(box))

    def pixel(self, x: float, y: float) -> tuple[int, int, int]:
        """Red, green and blue where the 3-D view has drawn, in pixels of the window."""
        red, green, blue = self.eval(
            f"(() => {{ const at = [{x}, {y}], c = document.querySelector('#v-canvas canvas');"
            "const r = c.getBoundingClientRect(), g = c.getContext('webgl2');"
            "const p = new Uint8Array(4), dots = c.width / r.width;"
            "g.readPixels((at[0] - r.left) * dots, (r.bottom - at[1]) * dots, 1, 1, g.RGBA,"
            " g.UNSIGNED_BYTE, p); return [...p].slice(0, 3); })()"
        )
        return red, green, blue

    def key(self, key: str) -> None:
        """One key, pressed and let go."""
        for kind in ("rawKeyDown", "keyUp"):
            self.ask("Input.dispatchKeyEvent", type=kind, key=key, code=key, **_CODES.get(key, {}))

    @property
    def errors(self) -> list[str]:
        """Errors of scripts and of the page's policy so far."""
        held = self._browser.events
        thrown = [json.dumps(e) for e in held if e["method"] == "Runtime.exceptionThrown"]
        logged = [e["params"]["entry"] for e in held if e["method"] == "Log.entryAdded"]
        return thrown + [one["text"] for one in logged if one["level"] == "error"]

    @property
    def requests(self) -> list[str]:
        """Addresses that were asked for, but for what the page itself holds."""
        held = [e for e in self._browser.events if e["method"] == "Network.requestWillBeSent"]
        urls = [e["params"]["request"]["url"] for e in held]
        return [url for url in urls if not url.startswith(("data:", "blob:", "about:"))]

    def ask(self, method: str, **params: Any) -> Any:
        """The answer to a command of the DevTools protocol."""
        return self._browser.ask(method, self._session, **params)


_CODES = {
    "ArrowRight": {"windowsVirtualKeyCode": 39},
    "ArrowLeft": {"windowsVirtualKeyCode": 37},
    "ArrowDown": {"windowsVirtualKeyCode": 40},
    "End": {"windowsVirtualKeyCode": 35},
    "Home": {"windowsVirtualKeyCode": 36},
    "Tab": {"windowsVirtualKeyCode": 9},
}


class Browser:
    """The browser at the other end of the pipe."""

    def __init__(self, profile: str) -> None:
        read_theirs, self._write = os.pipe()
        self._read, write_theirs = os.pipe()
        command = f'exec "$0" "$@" 3<&{read_theirs} 4>&{write_theirs}'
        flags = [*FLAGS, f"--user-data-dir={profile}", "about:blank"]
        self._process = subprocess.Popen(
            ["bash", "-c", command, path(), *flags],
            pass_fds=(read_theirs, write_theirs),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(read_theirs)
        os.close(write_theirs)
        self._number = itertools.count(1)
        self._rest = b""
        self.events: list[dict[str, Any]] = []

    def page(self) -> Page:
        """A new page."""
        self.events.clear()
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        found = self.ask("Target.attachToTarget", targetId=target, flatten=True)
        return Page(self, found["sessionId"])

    def ask(self, method: str, session: str = "", **params: Any) -> Any:
        """The answer to one command; events that come before it are kept."""
        number = next(self._number)
        message: dict[str, Any] = {"id": number, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            found = self._next()
            if found.get("id") == number:
                assert "error" not in found, (method, found)
                return found["result"]
            if "method" in found:
                self.events.append(found)

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            more = os.read(self._read, 1 << 16)
            assert more, "the browser has ended"
            self._rest += more
        text, _, self._rest = self._rest.partition(b"\0")
        return dict(json.loads(text))

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(timeout=20)
        os.close(self._write)
        os.close(self._read)


@contextmanager
def browser() -> Iterator[Browser]:
    """A browser with a profile of its own; the test is skipped where none is installed."""
    if not path():
        pytest.skip("no Chromium is installed (apt-get install chromium)")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        held = Browser(profile)
        try:
            yield held
        finally:
            held.close()
