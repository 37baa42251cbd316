"""The plugin that pytest finds where the package is installed: a fixture and a mark, which load nothing until used.

@pytest.mark.lstm_conformance(seed=3)
def test_my_layer(lstm_conformance):
lstm_conformance(MyLSTM(5, 7))
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

import lstm_conformance

MARK = "lstm_conformance(**options): what the fixture of the same name is told in this test, as of `assert_conforms`"


def pytest_configure(config: pytest.Config) -> None:
    """Declare the mark."""
    config.addinivalue_line("markers", MARK)


@pytest.fixture(name="lstm_conformance")
def holding(request: pytest.FixtureRequest) -> Callable[..., None]:
    """`lstm_conformance.assert_conforms`, with the options of the mark; those of the closest go before."""
    marks = reversed(list(request.node.iter_markers("lstm_conformance")))
    options = {name: value for mark in marks for name, value in mark.kwargs.items()}
    return partial(lstm_conformance.assert_conforms, **options)
