"""The page does in a browser what it is for."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page

from lstm_conformance.fixtures.deviations.causes import causes
from lstm_conformance.reports.changes.compare import compare
from lstm_conformance.reports.page.document import Story, document
from lstm_conformance.reports.page.page import render
from lstm_conformance.reports.records.results import Rule
from lstm_conformance.reports.records.text import budget_text
from lstm_conformance.suites.harness.explain.causes import told_of
from lstm_conformance.suites.meta import browsing
from lstm_conformance.suites.meta.browsing import PHONE, WIDE, opened, started
from lstm_conformance.suites.meta.matrices import a_matrix
from lstm_conformance.suites.meta.records import a_check, a_failure
from lstm_conformance.suites.meta.stories import ENTRY, KERAS, a_story, an_environment, full_header, page_of, report_of

WORST = "torch.nn.LSTM/eager/1.1/T7-B3-I5-H4-float32/1"

HOSTILE = [
    "</script></title></style>--><script>alert(1)</script><img src=x onerror=alert(2)> {{ 7 * 7 }} &lt;",
    '" onclick="alert(1)" x="',
    "' autofocus onfocus='alert(1)' x='",
    "abc\u202edef\u2066",
]

FOCUSED = "document.activeElement.id || document.activeElement.tagName"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all tests."""
    with started() as browser:
        yield browser


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """A report with everything in it."""
    return a_story(tmp_path_factory.mktemp("results"))


@pytest.fixture(scope="module")
def path(story: Story, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its page."""
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(render(story), "utf-8")
    return path


@pytest.fixture(scope="module")
def shared(browser: Browser, path: Path) -> Iterator[Page]:
    """Its page, open for all tests that only ask."""
    with opened(browser, path) as page:
        yield page


@pytest.fixture
def page(browser: Browser, path: Path) -> Iterator[Page]:
    """Its page, open."""
    with opened(browser, path, permissions=["clipboard-read", "clipboard-write"]) as page:
        yield page


def written(folder: Path, story: Story) -> Path:
    """The page of another report."""
    path = folder / "report.html"
    path.write_text(render(story), "utf-8")
    return path


def found(page: Page) -> int:
    """How many checks the list says that it holds."""
    return int(page.inner_text("#found").split()[0])


def title(page: Page) -> str:
    """The heading of the check that is open."""
    return page.inner_text("#drawer h2")


# Finding checks


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("", 10),
        ("status:fail", 2),
        ("status:not", 1),
        ("is:red", 4),
        ("is:new", 4),
        ("is:fixed", 1),
        ("is:covered", 1),
        ("is:worse", 0),
        ("is:only", 2),
        ("impl:keras", 4),
        ('impl:"keras.layers"', 0),
        (f'impl:"{KERAS}" version:3.15', 4),
        ("rule:1", 8),
        ("rule:1.1", 5),
        ("rule:state", 3),
        ("path:eager -keras", 6),
        ("dtype:float32", 10),
        ("dtype:float3", 0),
        ("err>0.5", 3),
        ("err<0.3", 2),
        ("deviation:torch", 1),
        ("SIGABRT", 0),
        ("host", 2),
        ("status:fail status:pass", 0),
    ],
)
def test_a_query_finds(shared: Page, query: str, number: int) -> None:
    """What the list holds is what the words mean, all of them together."""
    shared.fill("#query", query)

    assert found(shared) == number
    assert shared.locator("#list .row").count() == number


def test_what_is_called_so_comes_before_what_mentions_it(browser: Browser, tmp_path: Path) -> None:
    """Whatever its verdict; among themselves, the worst comes first."""
    jax = f"{KERAS}@jax"
    checks = [
        a_check(0, verdict="fail", budget=2.0, message="unlike Keras under a mask on jax"),
        a_check(0, implementation=jax, configuration="T7-B3-mask_left", budget=0.5),
        a_check(1, implementation=jax, configuration="T7-B3-mask_left", verdict="fail", budget=2.0, message="no"),
        a_check(2, implementation=jax, verdict="fail", budget=2.0, message="without a mask"),
    ]
    path = tmp_path / "report.html"
    path.write_text(page_of(tmp_path, *checks), "utf-8")

    with opened(browser, path) as page:
        page.fill("#query", "mask jax")
        shown = [page.inner_text(f"#list .row[aria-posinset='{k}']") for k in range(1, 5)]

    assert ["mask_left/1" in shown[0], "mask_left/0" in shown[1]] == [True, True]
    assert sorted(jax in text for text in shown[2:]) == [False, True]


def test_a_word_that_means_nothing_is_named(page: Page) -> None:
    """A mistyped key is neither passed over in silence nor searched for."""
    page.fill("#query", "colour:red is:blue status:fail")

    assert page.inner_text("#found") == "2 of 10 checks; not understood: colour:red is:blue"


def test_a_counter_is_a_filter(page: Page) -> None:
    """So is every shortcut; the one that is on says so."""
    page.click(".counters a:has-text('deviation')")
    by_counter = found(page)
    page.click("[data-filter='is:red']")

    assert (by_counter, found(page)) == (1, 4)
    assert page.get_attribute("[data-filter='is:red']", "aria-pressed") == "true"


@pytest.mark.parametrize(
    ("column", "first", "last"),
    [("budget", "9e7", "–"), ("rule", "1.1 one step", "2.1 shapes"), ("subject", "torch", "keras")],
)
def test_a_column_sorts(page: Page, column: str, first: str, last: str) -> None:
    """Once from the top, again from the bottom."""
    page.click(f"[data-sort={column}]")
    down = page.inner_text("#list .row[aria-posinset='1']")
    page.click(f"[data-sort={column}]")

    assert first in down
    assert last in page.inner_text("#list .row[aria-posinset='1']")


def test_budgets_read_as_in_the_terminal(browser: Browser, tmp_path: Path) -> None:
    """Never on the other side of 1 than they are."""
    budgets = [0.0, 1e-5, 0.0099, 0.5, 0.996, 1.0, 1.004, 99.9, 100.4, 123e3, 1e6, 2.34e15, 1e300, math.inf, math.nan]
    checks = [a_check(case, rule="1.1", budget=budget, verdict="fail") for case, budget in enumerate([*budgets, None])]

    with opened(browser, written(tmp_path, Story(report=report_of(tmp_path, *checks)))) as page:
        page.click("[data-sort=configuration]")
        shown = page.locator("#list .row > .number:nth-child(5)").all_inner_texts()

    assert shown == [budget_text(budget) for budget in [*budgets, None]]


# Links


def test_a_link_opens_its_check(browser: Browser, path: Path) -> None:
    """With its list filtered."""
    with opened(browser, path, f"#filter=status:fail&check={WORST}&version=2.13.0") as page:
        assert (title(page), found(page)) == ("1.1 one step", 2)


def test_a_link_holds_after_an_upgrade(browser: Browser, path: Path) -> None:
    """A version that the page has not is no reason not to show the check."""
    with opened(browser, path, f"#check={WORST}&version=1.0") as page:
        assert title(page) == "1.1 one step"


def test_a_link_to_nothing_opens_nothing(browser: Browser, path: Path) -> None:
    """A check that is gone; nor does a link to a part of the page."""
    with opened(browser, path, "#check=torch.nn.LSTM/eager/9.9/T1/0") as page:
        assert page.is_hidden("#drawer")


def test_the_address_says_what_is_shown(page: Page) -> None:
    """So that it can be sent to somebody; a page that is opened with it shows the same."""
    page.fill("#query", "impl:torch err>1")
    page.click("#list .row >> nth=0")

    assert page.evaluate("location.hash") == f"#filter=impl:torch%20err%3E1&check={WORST}&version=2.13.0"


def test_what_fails_leads_to_its_worst_check(page: Page) -> None:
    """From the first table of the page, in one step."""
    page.click("#changes tbody a >> nth=0")

    assert "It fits gates i and f exchanged" in page.inner_text("#drawer")


# One check


def test_a_check_answers_every_question(page: Page) -> None:
    """What must hold, what went wrong, why, where, how to see it again, elsewhere, and since when."""
    page.click("#list .row >> nth=0")

    headings = page.locator("#drawer h3").all_inner_texts()

    assert headings == [
        "Diagnosis",
        "Where it goes wrong",
        "Error in units of the bound",
        "Largest error of each step",
        "First and worst elements",
        "Reproduce",
        "Configuration",
        "The same rule elsewhere",
        "The nights before",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "c_t = f ⊙ c_(t-1) + i ⊙ g.",
        "It fits gates i and f exchanged, 0.06 × the bound.",
        "gates i f exchanged 0.06 ×",
        "bias twice 2e6 ×",
        "6 elements of 24: 3 of 4 steps, 2 of 2 rows, 1 of 3 units",
        "first: step 1, row 0, unit 2 0.500000000 -0.500000000 -1.00e+0 8e6",
        "7 steps, 3 rows, 5 inputs, 4 units, float32",
        "case 1 of base seed 7",
        "keras.layers.LSTM 3.15.1 eager",
        "2026-11-20: pass",
    ],
)
def test_a_failure_shows(shared: Page, text: str) -> None:
    """Rule, diagnosis and runner-up, spread, elements, sizes, seed, other implementations, earlier nights."""
    shared.evaluate(f"location.hash = '#filter=&check={WORST}'")

    assert text in " ".join(shared.inner_text("#drawer").split())


def squeezed(page: Page) -> list[str]:
    """The parts of the check that is open which are lower than what they hold."""
    names: list[str] = page.evaluate("""() => [...document.querySelectorAll("#drawer > *")]
        .filter((each) => each.scrollHeight > each.offsetHeight).map((each) => each.className)""")
    return names


def test_no_part_of_a_check_is_squeezed(page: Page) -> None:
    """Whatever the height of the window; and the measure knows a part that is."""
    page.click("#list .row >> nth=0")
    shown = squeezed(page)
    page.evaluate("document.querySelector('#drawer').style.gridAutoRows = 'auto'")

    assert (shown, squeezed(page)) == ([], ["scroll"])


def test_a_crash_shows_its_text(page: Page) -> None:
    """What is no comparison is shown as it was written."""
    page.click("#list .row:has-text('! new')")

    assert "the host was ended by SIGABRT" in page.inner_text("#drawer")


def test_a_deviation_shows_its_entry(page: Page) -> None:
    """Why it is known, since when, and when somebody looks again."""
    page.click("#list .row:has-text('deviation')")

    shown = page.inner_text("#drawer")
    assert "The kernel keeps its own cell." in shown
    assert "torch-1: first seen 2026-11-20, review by 2027-05-20" in shown


def test_the_heat_map_reads_the_place_below_the_pointer(page: Page) -> None:
    """Step from left to right, unit downwards; a level names its range."""
    page.click("#list .row >> nth=0")
    page.hover("canvas", position={"x": 2, "y": 2})
    first = page.inner_text(".heat p:last-child")
    box = page.locator("canvas").bounding_box()
    assert box
    page.hover("canvas", position={"x": box["width"] - 2, "y": box["height"] - 2})

    assert first == "step 0, unit 0: up to 0.10 × the bound"
    assert page.inner_text(".heat p:last-child") == "step 3, unit 2: without end, or NaN"


def test_the_reproduction_is_that_of_the_record(page: Page, story: Story) -> None:
    """Letter by letter, in the clipboard too."""
    check = next(each for checks in story.report.checks.values() for each in checks if each.id == WORST)
    page.click("#list .row >> nth=0")
    page.click("#drawer button:has-text('Copy') >> nth=-1")
    page.wait_for_selector("#drawer .command button:has-text('Copied')")

    expected = check.reproduction(("python", "-m", "pytest"))
    assert page.inner_text("#drawer .command code") == expected
    assert page.evaluate("navigator.clipboard.readText()") == expected


def test_the_link_is_copied(page: Page) -> None:
    """The address of the check."""
    page.click("#list .row >> nth=0")
    page.click("#drawer button:has-text('Copy link')")
    page.wait_for_selector("#drawer button:has-text('Copied')")

    assert page.evaluate("navigator.clipboard.readText()") == page.url


def test_the_download_is_the_document(page: Page, story: Story, tmp_path: Path) -> None:
    """All that the page shows, for a program."""
    with page.expect_download() as download:
        page.click("#download")
    download.value.save_as(tmp_path / "report.json")

    assert json.loads((tmp_path / "report.json").read_text("utf-8")) == document(story)


# Keys


def test_the_keys_of_the_list(page: Page) -> None:
    """`/` filters, the arrows move, Enter opens, n and p go on and back, Esc closes and goes back."""
    page.keyboard.press("/")
    page.keyboard.type("impl:torch")
    page.keyboard.press("Escape")
    page.focus("#list")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    second = page.evaluate("location.hash")
    page.keyboard.press("n")
    page.keyboard.press("p")
    again = page.evaluate("location.hash")
    page.keyboard.press("Escape")

    assert (found(page), second, again) == (6, second, second)
    assert "float32/2" in second
    assert (page.is_hidden("#drawer"), page.evaluate(FOCUSED)) == (True, "list")


def test_the_keys_of_the_matrix(page: Page) -> None:
    """The arrows move within it, Enter opens the worst check of a cell and lists the others."""
    page.focus("#cells td[tabindex='0']")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    of_a_rule = title(page), found(page)
    page.focus("#cells td[tabindex='0']")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")

    assert of_a_rule == ("1.2 the last state", 2)
    assert (title(page), found(page)) == ("1.1 one step", 5)


def test_the_keys_are_explained(page: Page) -> None:
    """`?` opens the explanation, Esc closes it."""
    page.keyboard.press("?")
    shown = page.is_visible("#help")
    page.keyboard.press("Escape")

    assert (shown, page.is_visible("#help")) == (True, False)


def test_a_key_that_is_typed_into_the_query_is_text(page: Page) -> None:
    """Where n and p are letters."""
    page.click("#list .row >> nth=0")
    page.focus("#query")
    page.keyboard.type("np?/")

    assert page.input_value("#query") == "np?/"
    assert title(page) == "1.1 one step"


# The matrix


def test_a_chapter_unfolds(page: Page) -> None:
    """Rules in which nothing fails are folded away until they are asked for."""
    calm = page.locator("th.calm")
    before = calm.is_visible()
    page.click("button.fold:has-text('2 Shapes')")
    unfolded = calm.is_visible()
    page.click("#all-rules")
    page.click("#all-rules")

    assert (before, unfolded, calm.is_visible()) == (False, True, False)


def test_cells_show_budgets_instead(page: Page) -> None:
    """And verdicts again."""
    row = page.locator("#cells tbody tr >> nth=0").locator("td:not([hidden])")
    verdicts = row.all_inner_texts()
    page.click("#show-budgets")
    budgets, legend = row.all_inner_texts(), page.is_visible("#budget-legend")
    page.click("#show-verdicts")

    assert (verdicts, budgets) == (["2", "2", "1", "~"], ["9e7", "9e7", "0.70", "~"])
    assert row.all_inner_texts() == verdicts
    assert (legend, page.is_visible("#budget-legend")) == (True, False)


def test_the_matrix_stands_on_the_first_screen(browser: Browser, tmp_path: Path) -> None:
    """Of fifteen implementations, with long names, on a small screen, in all its chapters."""
    names = [f"tf.contrib.cudnn_rnn.CudnnCompatible{letter}Cell" for letter in "ABCDEFGHIJKLMNO"]
    rules = {f"{n}.1": Rule(title="a rule", sentence="It holds.", source="a manual") for n in range(24)}
    chapters = {str(n): "States that are kept between calls" for n in range(24)}
    header = full_header(*map(an_environment, names), rules=rules, chapters=chapters)
    checks = [a_check(implementation=name, rule=rule) for name in names for rule in rules]
    path = written(tmp_path, Story(report=report_of(tmp_path, *checks, header=header)))

    with opened(browser, path, viewport={"width": 1280, "height": 800}) as page:
        rows = page.locator("#cells tbody tr")
        seen = rows.evaluate_all(
            "(all) => all.filter((row) => row.getBoundingClientRect().bottom < innerHeight).length"
        )
        frame = page.locator("#matrix .scroll")

        assert seen >= 3
        assert frame.evaluate("(each) => each.scrollWidth <= each.clientWidth")
        frame.scroll_into_view_if_needed()
        assert frame.evaluate("(each) => each.clientHeight <= innerHeight")


def test_many_failures_leave_the_matrix_on_the_first_screen(browser: Browser, tmp_path: Path) -> None:
    """Of forty causes the worst stand above it, the others are a click away."""
    names = [f"tf.contrib.cudnn_rnn.CudnnCompatible{letter}Cell" for letter in "ABCDEFGHIJ"]
    controls = {"input_and_forget_gate_exchanged": "1.1", "outputs_off_by_hundred_thousandth": "1.1"}
    header = full_header(*map(an_environment, names), controls=controls)
    checks = [
        a_failure(
            k, implementation=names[k % 10], rule=f"{1 + k // 10}.1", budget=10.0 ** (1 + k % 8), message=f"no {k}"
        )
        for k in range(40)
    ]
    path = written(tmp_path, Story(report=report_of(tmp_path, *checks, header=header)))

    with opened(browser, path, viewport={"width": 1280, "height": 800}) as page:
        bottom = "(each) => each.getBoundingClientRect().bottom"
        seen = [each.evaluate(bottom) < 800 for each in page.locator(".worst li, #cells tbody tr").all()[:5]]
        before = page.is_visible("#failures table")
        page.emulate_media(media="print")
        on_paper = page.is_visible("#failures table")
        page.emulate_media(media="screen")
        page.click("#failures summary")

        assert seen == [True] * 5
        assert (
            page.inner_text("#failures summary") == "37 more causes, and all failing rules, by implementation and path"
        )
        assert (before, on_paper, page.is_visible("#failures table")) == (False, True, True)


APPEARING = ("keras-matmul-float64-torch", "keras-stateful-training-torch")
"""What appears between Keras 3.10 and 3.15.1 on torch."""

SCREENS = [("light", PHONE, 664), ("dark", PHONE, 664), ("light", 1280, 800), ("dark", 1280, 800)]
"""Of a phone, without the bars of its browser."""


@pytest.mark.parametrize(("scheme", "width", "height"), SCREENS)
def test_what_an_upgrade_brings_stands_on_the_first_screen(
    browser: Browser, tmp_path: Path, scheme: Any, width: int, height: int
) -> None:
    """The sentence of all, and each cause with those whom it affects, which leads to what helps; it is not green."""
    entries = {name: replace(ENTRY, cause=name) for name in APPEARING}
    known = {name: told_of(causes()[name]) for name in APPEARING}
    header = full_header(deviations=entries, causes=known)
    after = [a_check(n, verdict="deviation", deviation=name) for n, name in enumerate(APPEARING)]
    before = report_of(tmp_path, *(a_check(n) for n in range(2)), header=header)
    report = report_of(tmp_path, *after, header=header)
    path = written(tmp_path, Story(report=report, changes=compare(before, report)))

    with opened(browser, path, color_scheme=scheme, viewport={"width": width, "height": height}) as page:
        sentences = page.locator("h1, #news li")
        bottoms = sentences.evaluate_all("(all) => all.map((each) => each.getBoundingClientRect().bottom)")
        told = sentences.all_inner_texts()
        page.click("#news a >> nth=1")

        assert told[0].startswith("2 known bugs appear since")
        assert ["under a mask" in told[1], "SimpleRNN can be trained" in told[2]] == [True, True]
        assert max(bottoms) < height
        assert page.locator("section.verdict.known").count() == 1
        assert "until it is fixed: use_cudnn=False" in page.inner_text("#changes li:target")


# The map of options and sizes


def test_the_map_is_drawn_when_it_is_opened(page: Page) -> None:
    """Of all paths, on how many an option is empty at sizes of a class; of one, where it is."""
    drawn = page.locator("#map-cells td")
    before = drawn.count()
    page.click("#map summary")
    of_all = drawn.all_inner_texts()
    page.select_option("#map-path", "0")
    of_one = drawn.all_inner_texts()
    page.select_option("#map-path", "1")

    assert before == 0
    assert of_all == ["✓", "✓", "✓", "1", "1", ""]
    assert of_one == ["✓", "✓", "✓", "○", "○", ""]
    assert page.locator("#map-cells tbody th").all_inner_texts() == ["whatever was judged"]


def test_names_of_rows_are_whole_on_a_phone(page: Page) -> None:
    """They are wrapped, not cut off."""
    page.set_viewport_size({"width": PHONE, "height": 844})
    names = page.locator("#cells tbody th")

    lengthen = "(each) => { each.firstChild.textContent = each.textContent.trim().repeat(5); "
    cut = names.first.evaluate(f"{lengthen} return each.scrollWidth > each.clientWidth; }}")
    page.set_viewport_size({"width": WIDE, "height": 844})

    assert cut is False


def test_a_cell_tells_a_listener_what_it_is(page: Page) -> None:
    """Symbols and colours are not all that it says."""
    cell = page.locator("#cells td:not(.sum) >> nth=0")

    assert cell.get_attribute("aria-label") == "fail, 2 of 3 checks failing, largest budget used 9e7"


# Looks


def test_the_theme_can_be_changed(page: Page) -> None:
    """Against what the system says, and back."""
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.click("#theme")
    dark = page.evaluate(ground)
    page.click("#theme")

    assert dark != light == page.evaluate(ground)


STATES: dict[str, Callable[[Page], object]] = {
    "whole": lambda page: page.click("#all-rules"),
    "budgets": lambda page: page.click("#show-budgets"),
    "map": lambda page: page.click("#map summary"),
    "failures": lambda page: page.evaluate(
        "document.querySelectorAll('details').forEach((each) => { each.open = true; })"
    ),
    "a check": lambda page: page.evaluate(f"location.hash = '#check={WORST}'"),
    "help": lambda page: page.evaluate("document.querySelector('#help').showModal()"),
}


LOOKS = [
    ("light", WIDE),
    ("dark", PHONE),
    pytest.param("dark", WIDE, marks=pytest.mark.deep),
    pytest.param("light", PHONE, marks=pytest.mark.deep),
]
"""Every colour and every width; all pairs of them in `make deep`."""


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_nothing_stands_in_the_way_of_anybody(browser: Browser, path: Path, scheme: Any, width: int) -> None:
    """No violation that axe knows, in any state, and nothing that only a wider screen shows."""
    seen = {}
    with opened(browser, path, color_scheme=scheme, viewport={"width": width, "height": 844}) as page:
        for state, reach in STATES.items():
            reach(page)
            seen[state] = ([each["id"] for each in Axe().run(page).response["violations"]], outside(page))

    assert seen == dict.fromkeys(STATES, ([], []))


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_a_night_stands_in_nobodys_way(browser: Browser, tmp_path: Path, scheme: Any, width: int) -> None:
    """Nor do its versions, its nights before and its cells, with all that can be unfolded."""
    path = written(tmp_path, a_matrix(tmp_path))

    with opened(browser, path, color_scheme=scheme, viewport={"width": width, "height": 844}) as page:
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        shown = [page.is_visible(part) for part in ("#nights .mark", "#trend td a", "#outcomes pre", "#changes")]

        assert shown == [True] * 4
        assert ([each["id"] for each in Axe().run(page).response["violations"]], outside(page)) == ([], [])


def test_a_point_of_a_trend_leads_to_its_check(browser: Browser, tmp_path: Path) -> None:
    """In the version that it stands for."""
    with opened(browser, written(tmp_path, a_matrix(tmp_path))) as page:
        page.click("#trend td[data-level='over-1'] a")

        assert "torch.nn.LSTM 2.15.0 eager" in " ".join(page.inner_text("#drawer").split())


def test_what_is_too_wide_is_seen(browser: Browser, path: Path) -> None:
    """The measure of the test above."""
    with opened(browser, path, viewport={"width": PHONE, "height": 844}) as page:
        page.evaluate("document.querySelector('h1').style.width = '600px'")

        assert outside(page) == ["H1"]


def test_what_axe_must_find_is_found(browser: Browser, path: Path) -> None:
    """A button without a name."""
    with opened(browser, path) as page:
        page.evaluate("document.querySelector('#theme').textContent = ''")

        assert Axe().run(page).violations_count == 1


def outside(page: Page) -> list[str]:
    """What lies, in part, left or right of the window, unless it can be scrolled to within its own frame."""
    names: list[str] = page.evaluate("""() => [...document.querySelectorAll("body *")].filter((each) => {
        const { left, right, width, height } = each.getBoundingClientRect();
        const framed = each.parentElement.closest(".scroll, .spoken, #list, pre, .lines thead");
        const hidden = each.matches(".spoken, .skip, .lines thead");
        return width && height && !framed && !hidden && (left < -1 || right > innerWidth + 1);
    }).map((each) => each.tagName)""")
    return names


# Without script, on paper, and with text that means harm


def test_what_matters_is_there_without_script(browser: Browser, path: Path) -> None:
    """Verdict, changes, matrix with every rule, deviations, environments; what needs script is not."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(path.as_uri())

    parts = ["h1", "#changes table", "#cells th.calm >> nth=0", "#deviations table", "#environments table"]
    shown = [page.is_visible(part) for part in parts]
    tools = [page.is_visible(part) for part in ("#query", "#list", "#theme", "#download", "#drawer")]
    sentence = page.inner_text("#checks")
    context.close()

    assert (shown, tools) == ([True] * 5, [False] * 5)
    assert "needs JavaScript" in sentence


def test_a_printed_page_has_what_can_be_read_on_paper(page: Page) -> None:
    """No button, no list that scrolls, no drawer; and the matrix in full width."""
    page.click("#list .row >> nth=0")
    page.emulate_media(media="print")

    shown = [page.is_visible(part) for part in ("h1", "#changes table", "#cells", "#environments table")]
    tools = [page.is_visible(part) for part in ("#query", "#list", "#theme", "#download", "#drawer", "nav")]

    assert (shown, tools) == ([True] * 4, [False] * 6)
    assert page.pdf().startswith(b"%PDF")


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_shown_and_never_run(browser: Browser, tmp_path: Path, text: str) -> None:
    """Wherever a record holds text of others: in the page, in the list, in the drawer. `opened` sees what runs."""
    shown_as = text.replace("\u202e", "\\u202e").replace("\u2066", "\\u2066")

    with opened(browser, written(tmp_path, a_hostile_story(tmp_path, text))) as page:
        row = page.inner_text("#list .row >> nth=0")
        page.click("#list .row >> nth=0")
        drawer = page.locator("#drawer").text_content() or ""

        assert shown_as in " ".join(row.split())
        assert drawer.count(shown_as) >= 8
        assert page.locator("img, [onclick], [onfocus]").count() == 0


def a_hostile_story(folder: Path, text: str) -> Story:
    """A report that carries a text wherever a record holds text of others."""
    rules = {"1.1": Rule(title=text, sentence=text, source=text)}
    header = full_header(an_environment(text, text, paths=(text,), command=(text,)), rules=rules, chapters={"1": text})
    strings: dict[str, Any] = {"implementation": text, "path": text, "configuration": text, "nodeid": text}
    detail = {
        text: text,
        "diagnosis": {"sentence": text, "fits": [{"names": [text], "budget": 0.5}], "next_best": None},
    }
    failure = a_failure(0, **strings, rule="1.1", message=text, measure=text, detail=detail)
    return Story(report=report_of(folder, failure, header=header))


# Many checks


def test_only_the_rows_that_can_be_seen_exist(browser: Browser, tmp_path: Path) -> None:
    """Of 5,000 checks some tens, wherever one scrolls to; the last one is there."""
    checks = [a_check(case, rule="1.1", budget=case / 10_000) for case in range(5_000)]

    with opened(browser, written(tmp_path, Story(report=report_of(tmp_path, *checks)))) as page:
        first = page.locator("#list .row").count()
        page.focus("#list")
        page.keyboard.press("End")
        page.wait_for_selector("#list .row[aria-posinset='5000']")

        assert first < 60
        assert page.locator("#list .row").count() < 60


def test_a_missing_browser_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a sentence that says what to install; these tests are left out on purpose or not at all."""
    monkeypatch.setattr("shutil.which", lambda _: None)

    with pytest.raises(pytest.fail.Exception, match="apt-get install chromium"):
        browsing.executable()
