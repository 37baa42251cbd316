"""The page of claims: it answers questions, is safe against what it shows, and stands in nobody's way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page

from lstm_conformance.__main__ import main
from lstm_conformance.fixtures.claims import claims
from lstm_conformance.reports.page.claims import WORDS, pieces, render_claims
from lstm_conformance.reports.records.claims import Claimed, ClaimRun, ClaimsReport
from lstm_conformance.suites.claims.environments import ENVIRONMENTS, HERE
from lstm_conformance.suites.claims.settling import claimed
from lstm_conformance.suites.claims.sources import FILES, file_of, prelude, snippet
from lstm_conformance.suites.meta.browsing import PHONE, WIDE, opened, started
from lstm_conformance.suites.meta.needing import in_part
from lstm_conformance.suites.meta.parsed import Page as Parsed
from lstm_conformance.suites.meta.records import a_check, written
from lstm_conformance.suites.meta.test_browser import HOSTILE, outside
from lstm_conformance.suites.meta.test_claims_searching import TYPED

QUESTIONS = [
    ("is h_n the last output?", {"B7", "B8"}),
    ("bidirectional last output", {"B8", "L3"}),
    ("hard_sigmoid", {"A8", "A9"}),
    ("what does units mean in keras", {"A1", "E1"}),
    ("stateful reset", {"E6"}),
    ("independent copies", {"E3"}),
    ("forget gate bias", {"A11", "K2"}),
    ("do I need return_sequences to stack", {"D6"}),
    ("does Keras add two biases?", {"K3"}),
    ("what is the default forget bias?", {"A11", "P1", "R1"}),
    ("order of gates?", {"A7", "P4", "R3", "O1"}),
    ("what does return_state return?", {"D5"}),
]
"""What learners ask, and the claims that answer it."""


def a_run(claim: Any, environment: str) -> ClaimRun:
    """A run that proved a claim, with the code that is shown."""
    file = file_of(claim.id, ENVIRONMENTS[environment].files)
    code, due = snippet(file, claim.id) if file else "", claim.where[environment]
    versions = {"Python": "3.11", environment: "1.0"}
    return ClaimRun(environment=environment, due=due, state="proved", code=code, output="so: True\n", versions=versions)


def a_report() -> ClaimsReport:
    """All claims, as if they had been run."""
    table = claims()
    found = [claimed(claim, [a_run(claim, name) for name in claim.where]) for claim in table.claims]
    return ClaimsReport(claims=found, first=table.first, preludes={name: prelude(HERE / name) for name in FILES})


def a_hostile_report(text: str) -> ClaimsReport:
    """One claim that carries a text wherever it can."""
    run = ClaimRun(
        environment=text, due="true", state="refuted", message=text, versions={text: text}, code=text, output=text
    )
    not_run = replace(run, state="not-run")
    texts = dict.fromkeys(["question", "sentence", "source", "link", "speaks_of", "condition", "why"], text)
    claim = Claimed(id="A1", verdict="true", rules={text: text}, runs=[run, not_run], **texts)
    return ClaimsReport(claims=[claim], first=["A1"], preludes={text: text})


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all tests."""
    with started() as browser:
        yield browser


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of all claims."""
    path = tmp_path_factory.mktemp("page") / "claims.html"
    path.write_text(render_claims(a_report()), "utf-8")
    return path


@pytest.fixture(scope="module")
def shared(browser: Browser, path: Path) -> Iterator[Page]:
    """That page, open."""
    with opened(browser, path) as page:
        yield page


def shown(page: Page) -> list[str]:
    """The ids of the claims that are shown, in their order."""
    ids: list[str] = page.evaluate('[...document.querySelectorAll(".claim")].map((each) => each.id)')
    return ids


@pytest.mark.parametrize(("question", "answers"), QUESTIONS, ids=[question for question, _ in QUESTIONS])
def test_a_question_is_answered(shared: Page, question: str, answers: set[str]) -> None:
    """Among the first that are found."""
    shared.fill("#query", question)

    assert answers <= set(shown(shared)[:6])


def test_what_is_typed_finds_its_claims_as_in_a_terminal(shared: Page) -> None:
    """Among the first that are found, though the page also looks at code."""
    lost = {}
    for words, answers in TYPED.items():
        shared.fill("#query", words)
        lost[words] = answers - set(shown(shared)[:6])

    assert {words: answers for words, answers in lost.items() if answers} == {}


@pytest.mark.parametrize("verdict", WORDS)
def test_a_verdict_is_a_filter(shared: Page, verdict: str) -> None:
    """The button that is on says so."""
    button = f"[data-filter='verdict:{verdict}']"
    shared.click(button)

    assert shown(shared) == [claim.id for claim in _in_order() if claim.verdict == verdict]
    assert shared.get_attribute(button, "aria-pressed") == "true"


def _in_order() -> list[Any]:
    """Those that are asked most first."""
    table = claims()
    by_id = {claim.id: claim for claim in table.claims}
    return [*(by_id[name] for name in table.first), *(c for c in table.claims if c.id not in table.first)]


def test_where_nothing_has_all_words_those_with_most_are_shown(shared: Page) -> None:
    """And it is said so; where nothing has any, nothing is shown."""
    shared.fill("#query", "hard_sigmoid xyzzy")
    some = (shared.inner_text("#found"), set(shown(shared)) >= {"A8", "A9"})
    shared.fill("#query", "xyzzy")

    assert some == (f"None has all of these words; 3 of {len(claims().claims)} claims have 1 of 2", True)
    assert (shown(shared), shared.inner_text("#found")) == ([], f"0 of {len(claims().claims)} claims")


def test_every_claim_has_an_address(browser: Browser, path: Path) -> None:
    """Which shows it, whatever was searched for."""
    with opened(browser, path, "#O5") as page:
        page.fill("#query", "hard_sigmoid")
        page.evaluate("location.hash = '#B8'")
        page.wait_for_function("document.querySelectorAll('.claim').length > 10")

        assert page.evaluate("document.querySelector('#B8').getBoundingClientRect().top") == pytest.approx(16, abs=2)


def test_the_texts_are_a_list_that_can_be_jumped_to(browser: Browser, path: Path) -> None:
    """With what each letter stands for."""
    with opened(browser, path, "#sources") as page:
        for letter, source in claims().sources.items():
            assert page.is_visible(f"#sources a[href='#source-{letter}']")
            assert source.title in page.inner_text("#sources")


def test_a_claim_that_another_names_is_a_link() -> None:
    """One that there is not is none."""
    assert pieces("See B8, or Z9.", {"B8"}) == [
        ("See ", False),
        ("B8", True),
        (", or ", False),
        ("Z9", False),
        (".", False),
    ]


def test_a_search_has_an_address(browser: Browser, path: Path) -> None:
    """So it can be handed on."""
    with opened(browser, path, "#filter=hard_sigmoid") as page:
        assert set(shown(page)) >= {"A8", "A9"}
        assert page.input_value("#query") == "hard_sigmoid"


@pytest.mark.parametrize(
    ("scheme", "width"),
    in_part([("light", PHONE), ("dark", WIDE), ("light", WIDE), ("dark", PHONE)], 4),
)
def test_the_page_stands_in_nobodys_way(browser: Browser, path: Path, scheme: Any, width: int) -> None:
    """Axe finds nothing, and nothing is too wide; while it is searched as well."""
    with opened(browser, path, color_scheme=scheme, viewport={"width": width, "height": 844}) as page:
        for query in ("", "hard_sigmoid"):
            page.fill("#query", query)

            assert ([each["id"] for each in Axe().run(page).response["violations"]], outside(page)) == ([], [])


def test_everything_is_there_without_script(browser: Browser, path: Path) -> None:
    """Every claim with its code; what needs script is not."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(path.as_uri())

    found = (page.is_visible("#B8 pre"), page.is_visible("#query"), page.locator(".claim").count())
    context.close()

    assert found == (True, False, len(claims().claims))


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_shown_and_never_run(browser: Browser, tmp_path: Path, text: str) -> None:
    """Whatever a framework prints, or a text says. `opened` sees what runs."""
    path = tmp_path / "claims.html"
    path.write_text(render_claims(a_hostile_report(text)), "utf-8")
    visible = text.replace("\u202e", "\\u202e").replace("\u2066", "\\u2066")

    with opened(browser, path) as page:
        assert (page.text_content("body") or "").count(visible) >= 12
        assert page.locator("img, [onclick], [onfocus]").count() == 0


def test_the_page_is_whole(path: Path) -> None:
    """Every element is closed in order, every jump has its target, and nothing is loaded."""
    page = Parsed(path.read_text("utf-8"))
    ids = page.attributes("id")

    assert page.left_open == []
    assert len(ids) == len(set(ids))
    assert {link.removeprefix("#") for link in page.attributes("href") if link.startswith("#")} <= set(ids)
    assert page.attributes("src") + page.attributes("style") == []


def test_a_source_has_its_address_or_none_is_known(path: Path) -> None:
    """As the table of claims has it; an address that nobody could confirm is not shown."""
    html, sources = path.read_text("utf-8"), claims().sources.values()

    assert all(f'<a href="{source.link}"' in html for source in sources if source.link)
    assert html.count("No public address is known.") == sum(not source.link for source in sources) > 0


def test_what_was_refuted_or_not_run_is_said() -> None:
    """On the page, in its place."""
    html = render_claims(a_hostile_report("perhaps"))

    assert "1 did not come to the verdict that was known." in html
    assert '<span class="mark fail">refuted</span>' in html
    assert '<span class="mark not-run">not-run</span>' in html


def test_the_report_links_to_the_claims(tmp_path: Path, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By where they are, seen from it; a page that is not there is refused."""
    results = written(tmp_path / "results.jsonl", a_check())
    beside = tmp_path / "a b.html"
    beside.write_text(path.read_text("utf-8"), "utf-8")

    done = main(["report", str(results), str(tmp_path / "sub" / "page.html"), "--claims", str(beside)])
    refused = main(["report", str(results), str(tmp_path / "page.html"), "--claims", str(tmp_path / "none.html")])

    assert (done, refused) == (0, 2)
    assert "../a%20b.html" in Parsed((tmp_path / "sub" / "page.html").read_text("utf-8")).attributes("href")
    assert "expected the page of claims, came" in capsys.readouterr().err
