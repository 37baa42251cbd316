"""The report is safe against what it shows, well formed, and has contrast."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path
from typing import Any

import pytest

from lstm_conformance.reports.files import Results
from lstm_conformance.reports.page import TEMPLATE, render
from lstm_conformance.reports.results import Rule
from lstm_conformance.suites.meta.parsed import Page
from lstm_conformance.suites.meta.records import a_check, a_failure, a_header, results_of

HOSTILE = [
    "</script></title></style>--><script>alert(1)</script><img src=x onerror=alert(2)> {{ 7 * 7 }} &lt;",
    '" onclick="alert(1)" x="',
    "' onclick='alert(1)' x='",
]

# Marks of direction, one of no width, control characters, half of a character.
INVISIBLE = ["\u202e", "\u2066", "\u200f", "\u200b", "\ufeff", "\x1b", "\x00", "\r", "\x85", "\ud800"]

INK_AND_GROUND = [
    *[(ink, ground) for ink in ("ink", "quiet", "link", "bad") for ground in ("panel", "ground", "inset")],
    *[(verdict, f"{verdict}-ground") for verdict in ("pass", "fail", "error", "deviation")],
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the results file goes."""
    return tmp_path / "results.jsonl"


@pytest.fixture
def html(path: Path) -> str:
    """Return a page that has all its parts."""
    known = a_check(3, verdict="deviation", deviation="torch-1")
    return render(results_of(path, a_check(0), a_failure(1), a_failure(2), known, a_check(4, verdict="not-run")))


def a_run_that_shows(text: str, path: Path) -> Results:
    """Return a run that carries `text` wherever a record holds text of others."""
    rule = Rule(title=text, sentence=text, source=f"https://example.org/ {text}")
    strings: dict[str, Any] = {"implementation": text, "path": text, "configuration": text, "nodeid": text}
    header = a_header(
        suite_commit=text, tier=text, started=text, numpy=text, not_installed={text: text}, rules={"2.1": rule}
    )
    return results_of(
        path,
        a_failure(0, **strings, message=text, measure=text, detail={text: text, "list": [text]}),
        a_check(1, **strings, verdict="deviation", deviation=text, message=text),
        a_check(2, **strings, verdict="not-run", message=text),
        header=header,
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_as_text(path: Path, text: str) -> None:
    """Markup in a record changes no element and no attribute of the page, and is seen."""
    hostile = Page(render(a_run_that_shows(text, path)))
    harmless = Page(render(a_run_that_shows("harmless", path)))

    assert hostile.skeleton == harmless.skeleton
    assert hostile.shown.count(text) > 20


@pytest.mark.parametrize("character", INVISIBLE, ids=ascii)
def test_invisible_characters_are_spelled_out(path: Path, character: str) -> None:
    """What would act on the page without being seen is seen and does nothing."""
    html = render(a_run_that_shows(f"abc{character}def", path))

    assert character not in html
    assert f"abc\\u{ord(character):04x}def" in html


def test_only_sources_of_rules_are_links_and_only_secure_ones(path: Path) -> None:
    """A source that is a script, or anything but https, is text; an address ends before its bracket or full stop."""
    sources = [
        "javascript:alert(1)",
        "http://example.org",
        "Gers (2000)",
        "manual (https://example.org/a), https://b.org.",
    ]
    rules = {f"2.{n}": Rule(title="t", sentence="s", source=source) for n, source in enumerate(sources)}

    links = Page(render(results_of(path, a_check(), header=a_header(rules=rules)))).attributes("href")

    assert [link for link in links if not link.startswith("#")] == ["https://example.org/a", "https://b.org"]


def test_the_page_loads_nothing_and_runs_nothing(html: str) -> None:
    """No script, no style but the one whose hash the policy names, no address that a browser would fetch."""
    style = html.partition("<style>")[2].partition("</style>")[0]
    expected = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    page = Page(html)

    assert f"default-src 'none'; style-src 'sha256-{expected}'" in page.attributes("content")[1]
    assert {"script", "link", "img", "iframe", "object"}.isdisjoint(tag for tag, _ in page.elements)
    assert page.attributes("style") + page.attributes("src") == []
    assert not re.search(r"url\(|@import", style)


def test_every_element_is_closed_in_order(html: str) -> None:
    """The page is well formed, so that every browser builds the same tree."""
    assert Page(html).left_open == []


def test_every_jump_has_a_target_and_every_id_is_one(html: str) -> None:
    """The navigation works without script."""
    page = Page(html)
    ids = page.attributes("id")
    targets = {link.removeprefix("#") for link in page.attributes("href") if link.startswith("#")}

    assert targets <= set(ids)
    assert len(ids) == len(set(ids))


def colours(css: str) -> dict[str, str]:
    """Return the colour variables that a piece of a style sheet sets."""
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", css))


def luminance(colour: str) -> float:
    """Return the relative luminance of `#rrggbb` (WCAG 2.2, definition of relative luminance)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), INK_AND_GROUND)
def test_text_has_contrast(scheme: str, ink: str, ground: str) -> None:
    """Every ink on every ground it is used on reaches 4.5 : 1, level AA, in both schemes."""
    light, _, dark = (TEMPLATE / "page.css").read_text(encoding="utf-8").partition("prefers-color-scheme: dark")
    palette = {"light": colours(light), "dark": colours(light) | colours(dark)}[scheme]

    assert contrast(palette[ink], palette[ground]) >= 4.5


def test_contrast_can_be_too_low() -> None:
    """The measure knows black on white, and refuses grey on white."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#999999", "#ffffff") < 4.5
