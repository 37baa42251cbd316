"""A browser for the tests of the page: the system's own, none is downloaded."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Dialog, Page, sync_playwright

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)

MISSING = (
    "the page is tested in a browser, and neither Chromium nor Google Chrome is installed: "
    "`apt-get install chromium`, or leave these tests out, "
    "make test ARGS='--deselect suites/meta/test_browser.py'"
)

WIDE, PHONE = 1440, 390


def executable() -> str:
    """The browser. Where there is none the tests fail: they do not vanish."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    return found or pytest.fail(MISSING, pytrace=False)


@contextmanager
def started() -> Iterator[Browser]:
    """A browser without a window. Chromium's sandbox does not work for the superuser."""
    options = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=options)
        yield browser
        browser.close()


@dataclass
class Opened:
    """A page that was opened, and what it did that it must not: requests, errors, dialogs."""

    page: Page
    misdeeds: list[str] = field(default_factory=list)

    def open(self, path: Path, address: str = "") -> Page:
        """Go to a page at an address of it, and wait until it is ready."""
        self.page.on("request", lambda request: self._note(request.url, request.url.startswith("file:")))
        self.page.on("pageerror", lambda error: self._note(str(error), fine=False))
        self.page.on("console", lambda message: self._note(message.text, message.type == "log"))
        self.page.on("dialog", self._dismiss)
        self.page.goto(f"{path.as_uri()}{address}")
        self.page.wait_for_selector("html[data-ready]", state="attached")
        return self.page

    def _dismiss(self, dialog: Dialog) -> None:
        self._note(dialog.message, fine=False)
        dialog.dismiss()

    def _note(self, what: str, fine: bool) -> None:
        if not fine:
            self.misdeeds.append(what)


@contextmanager
def opened(browser: Browser, path: Path, address: str = "", **context: Any) -> Iterator[Page]:
    """A page in a context of its own, 1440 pixels wide and without motion unless told otherwise; it must behave."""
    options = {"viewport": {"width": WIDE, "height": 900}, "reduced_motion": "reduce"} | context
    own = browser.new_context(**options)
    visit = Opened(own.new_page())
    yield visit.open(path, address)
    own.close()
    assert visit.misdeeds == []
