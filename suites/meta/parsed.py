"""A page taken apart, for the tests of the reports."""

from __future__ import annotations

import re
from html.parser import HTMLParser

# Elements without an end tag; those of an inline drawing close themselves.
VOID = {"meta", "rect", "link", "input", "wbr"}


class Page(HTMLParser):
    """The elements of a page, its text, and the elements that it leaves open."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.left_open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element, and that it must be closed."""
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.left_open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close the innermost element, which must be the one that ends here."""
        if tag not in VOID:
            assert tag == self.left_open.pop(), f"</{tag}> closes another element"

    def handle_data(self, data: str) -> None:
        """Note the text, with its spaces as one."""
        self.text.append(" ".join(data.split()))

    def attributes(self, name: str) -> list[str]:
        """Return the values of one attribute, in order."""
        return [attributes[name] or "" for _, attributes in self.elements if name in attributes]

    @property
    def skeleton(self) -> list[tuple[str, list[str]]]:
        """Return the elements and the names of their attributes, without any value."""
        return [(tag, sorted(attributes)) for tag, attributes in self.elements]

    @property
    def shown(self) -> str:
        """Return all text as a reader's eye takes it in."""
        return " ".join(filter(None, self.text))


def section(html: str, name: str) -> str:
    """Return the text of one section of the page."""
    found = re.search(f'<section class="card" id="{name}".*?(?=<section class="card"|</main>)', html, re.DOTALL)
    assert found, f"the page has no section {name}"
    return Page(found[0]).shown
