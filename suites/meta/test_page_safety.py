"""The report is safe against what it shows, well formed, and has contrast."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path
from typing import Any

import pytest

from lstm_conformance.reports.page.document import Story
from lstm_conformance.reports.page.page import TEMPLATE, render
from lstm_conformance.reports.records.results import Deviation, Rule
from lstm_conformance.suites.meta.parsed import Page
from lstm_conformance.suites.meta.records import a_check, a_failure
from lstm_conformance.suites.meta.stories import a_story, an_environment, full_header, page_of, report_of

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
    ("ink", "chosen"),
]


@pytest.fixture
def html(tmp_path: Path) -> str:
    """Return a page that has all its parts."""
    return render(a_story(tmp_path))


def a_page_that_shows(text: str, folder: Path) -> str:
    """Return the page of a run that carries `text` wherever a record holds text of others."""
    rule = Rule(title=text, sentence=text, source=f"https://example.org/ {text}")
    entry = Deviation(reason=text, link=text, first_seen=text, review_by=text)
    strings: dict[str, Any] = {"implementation": text, "path": text, "configuration": text, "nodeid": text}
    header = full_header(
        an_environment(text, text, python=text, device=text, paths=(text,), claims=(text,), packages={text: text}),
        suite_commit=text,
        tier=text,
        started=text,
        numpy=text,
        not_installed={f"{text} too": text},
        rules={"2.1": rule},
        chapters={"2": text},
        deviations={text: entry},
    )
    checks = [
        a_failure(0, **strings, message=text, measure=text, detail={text: text, "list": [text]}),
        a_check(1, **strings, verdict="deviation", deviation=text, message=text),
        a_check(2, **strings, verdict="not-run", message=text),
    ]
    return render(Story(report=report_of(folder, *checks, header=header)))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_as_text(tmp_path: Path, text: str) -> None:
    """Markup in a record changes no element and no attribute of the page, and is seen."""
    hostile = Page(a_page_that_shows(text, tmp_path))
    harmless = Page(a_page_that_shows("harmless", tmp_path))

    assert hostile.skeleton == harmless.skeleton
    assert hostile.shown.count(text) > 20


@pytest.mark.parametrize("character", INVISIBLE, ids=ascii)
def test_invisible_characters_are_spelled_out(tmp_path: Path, character: str) -> None:
    """What would act on the page without being seen is seen and does nothing."""
    html = a_page_that_shows(f"abc{character}def", tmp_path)

    assert character not in html
    assert f"abc\\u{ord(character):04x}def" in html


def test_only_sources_of_rules_are_links_and_only_secure_ones(tmp_path: Path) -> None:
    """A link of a deviation that is a script, or anything but https, is text; an address ends before its bracket."""
    links = ["javascript:alert(1)", "http://example.org", "(https://example.org/a), https://b.org.", "../../etc/passwd"]
    entries = {
        f"d{n}": Deviation(reason="r", link=link, first_seen="2026-01-01", review_by="2027-01-01")
        for n, link in enumerate(links)
    }
    checks = [a_check(n, rule="1.1", verdict="deviation", deviation=f"d{n}") for n in range(len(links))]

    html = page_of(tmp_path, *checks, header=full_header(deviations=entries))

    found = Page(html).attributes("href")
    assert [link for link in found if not link.startswith(("#", "data:"))] == ["https://example.org/a", "https://b.org"]


@pytest.mark.parametrize(
    ("start", "end", "directive"),
    [("<style>", "</style>", "style-src"), ('<script type="module">', "</script>", "script-src")],
)
def test_the_page_runs_and_wears_its_own_alone(html: str, start: str, end: str, directive: str) -> None:
    """One style and one script, whose hashes the policy names."""
    content = html.partition(start)[2].partition(end)[0]
    expected = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()

    policy = Page(html).attributes("content")[1]
    assert policy.startswith("default-src 'none'; ")
    assert f"{directive} 'sha256-{expected}';" in policy


def test_the_page_loads_nothing(html: str) -> None:
    """No address that a browser would fetch, and no piece of style or script outside of its own two elements."""
    page = Page(html)

    assert {"img", "iframe", "object"}.isdisjoint(tag for tag, _ in page.elements)
    assert page.attributes("style") + page.attributes("src") == []
    assert [name for _, attributes in page.elements for name in attributes if name.startswith("on")] == []
    assert not re.search(r"url\(|@import", html.partition("<style>")[2].partition("</style>")[0])


def test_every_element_is_closed_in_order(html: str) -> None:
    """The page is well formed, so that every browser builds the same tree."""
    assert Page(html).left_open == []


def test_every_jump_has_a_target_and_every_id_is_one(html: str) -> None:
    """The navigation works without script; an address with `=` says what to show, not where to go."""
    page = Page(html)
    ids = page.attributes("id")
    targets = {link.removeprefix("#") for link in page.attributes("href") if link.startswith("#") and "=" not in link}

    assert targets <= set(ids)
    assert len(ids) == len(set(ids))


def colours(css: str) -> dict[str, str]:
    """Return the colour variables that a piece of a style sheet sets."""
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", css))


def palettes() -> dict[str, dict[str, str]]:
    """The colours of the light scheme, and of the dark one in both its places."""
    css = (TEMPLATE / "css" / "colours.css").read_text(encoding="utf-8")
    light, _, rest = css.partition("prefers-color-scheme: dark")
    dark, _, button = rest.partition('[data-theme="dark"]')
    always = colours(light)
    return {"light": always, "dark": always | colours(dark), "dark by the button": always | colours(button)}


PALETTES = palettes()


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
    palette = PALETTES[scheme]

    assert contrast(palette[ink], palette[ground]) >= 4.5


def test_both_ways_to_the_dark_colours_lead_to_the_same() -> None:
    """What the system asks for, and the button of the page."""
    assert PALETTES["dark"] == PALETTES["dark by the button"]


def test_contrast_can_be_too_low() -> None:
    """The measure knows black on white, and refuses grey on white."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#999999", "#ffffff") < 4.5
