"""No request of a host sees what another one did to a layer or to the framework, unless it asks to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from lstm_conformance.fixtures.hosting.client import AdapterError, InProcess
from lstm_conformance.fixtures.hosting.lending import ALONE, LAYERS_KEPT, LEFT, SHARED, Layers
from lstm_conformance.suites.meta.asking import DEADLINE, batch, layer
from lstm_conformance.suites.meta.fakes import Counting, NumpyLSTM

KEY = "a layer"


class Damaging(Counting):
    """Damages whatever it is given; `seen` says of each layer that is loaded, and of the framework, whether it was."""

    name = "test_lending.Damaging"
    claims = (*NumpyLSTM.claims, "deepcopy")

    def __init__(self) -> None:
        super().__init__()
        self.framework = "new"
        self.seen: list[tuple[bool, str]] = []

    def settle(self) -> None:
        """Mend what the framework keeps."""
        self.framework = "new"

    def load(self, built: Any, weights: Any) -> None:
        """Look, and load."""
        self.seen.append(("damage" in built, self.framework))
        super().load({name: array for name, array in built.items() if name != "damage"}, weights)

    def weights(self, built: Any) -> Any:
        """Show the weights."""
        return {name: array for name, array in built.items() if name != "damage"}

    def round_tripped(self, built: Any, round_trip: str) -> Any:
        """Fail on the way."""
        self.damage(built)
        raise RuntimeError(f"{round_trip} ends here")

    def call(self, built: Any, x: Any, states: tuple[Any, Any] | None) -> Any:
        """Compute, then damage; or fail, if it is told to."""
        self.damage(built)
        weights = {name: array for name, array in built.items() if name != "damage"}
        return super().call(weights, x, states)

    def gradients(self, built: Any, *given: Any) -> Any:
        """Fail on the way back."""
        del given
        self.damage(built)
        raise RuntimeError("no way back")

    def damage(self, built: Any) -> None:
        """Leave traces everywhere."""
        built["damage"], self.framework = True, "changed"


class Request:
    """Requests to one adapter, all for the same layer."""

    def __init__(self) -> None:
        self.adapter = Damaging()
        self.host = InProcess(lambda: self.adapter)

    def __call__(self, verb: str, fails: bool = False, **fields: Any) -> None:
        """Ask; what is told to fail does."""
        self.adapter.fails = fails
        arrays = {} if verb == "describe" else batch(1)
        arrays = {f"0/{name}" if verb == "calls" and "/" not in name else name: a for name, a in arrays.items()}
        asked = {**layer(**fields.pop("layer", {})), "cases": 1, **fields}
        if fails:
            with pytest.raises(AdapterError):
                self.host.request(verb, asked, arrays, DEADLINE)
        else:
            self.host.request(verb, asked, arrays, DEADLINE)


@pytest.mark.parametrize(
    ("verb", "fields"),
    [
        ("describe", {"round_trip": "deepcopy", "fails": True}),
        ("run", {"round_trip": "deepcopy", "fails": True}),
        ("run", {"fails": True}),
        ("run", {"loan": ALONE}),
        ("run", {"loan": ALONE, "fails": True}),
        ("run", {"layer": {"stateful": True}}),
        ("run", {"layer": {"seed": 3}}),
        ("calls", {"resets": [False]}),
        ("gradients", {"fails": True}),
    ],
    ids=str,
)
def test_what_a_request_has_damaged_no_other_one_sees(verb: str, fields: dict[str, Any]) -> None:
    """Neither the layer, nor what the framework keeps for its whole process."""
    request = Request()
    request(verb, **fields)
    request("run", layer=fields.get("layer", {}))

    assert request.adapter.seen[-1] == (False, "new")


def test_a_request_that_asks_to_sees_what_the_last_one_left() -> None:
    """Once; and nobody else does."""
    request = Request()
    request("run", loan=ALONE, fails=True)
    request("run", loan=LEFT)
    request("run", loan=LEFT)
    request("run")

    assert request.adapter.seen == [(False, "new"), (True, "changed"), (False, "changed"), (False, "new")]


def test_there_are_three_loans() -> None:
    """Another word is refused."""
    with pytest.raises(AdapterError, match="expected `loan` to be one of shared, alone, left, came 'mine'"):
        InProcess(NumpyLSTM).request("run", {**layer(), "cases": 1, "loan": "mine"}, batch(1), DEADLINE)


def test_a_layer_serves_the_rules_that_come_back_to_it() -> None:
    """Building is slow: it is described once, and run by others."""
    request = Request()
    request("describe")
    request("run")
    request("run")

    assert request.adapter.builds == 1


def test_describe_describes_a_fresh_layer() -> None:
    """Not one whose weights were loaded; and the one that was loaded is kept."""
    request = Request()
    request("run")
    request("describe")
    request("run")

    assert request.adapter.builds == 2


def lent(layers: Layers, *loans: tuple[str, str]) -> Sequence[object]:
    """What is lent for these keys and loans, one after the other."""
    found: list[object] = []
    for key, loan in loans:
        with layers.lent(key, object, loan) as each:
            found.append(each)
    return found


def test_the_layer_of_another_key_is_not_what_was_left() -> None:
    """Then there is a new one."""
    alone, left = lent(Layers(), (KEY, ALONE), ("another", LEFT))

    assert alone is not left


def test_what_is_left_is_not_shared() -> None:
    """And what is shared is not left."""
    layers = Layers()
    shared, alone, left, again = lent(layers, (KEY, SHARED), (KEY, ALONE), (KEY, LEFT), (KEY, SHARED))

    assert (alone is left, shared is again, shared is left) == (True, True, False)


def test_the_layer_that_was_not_used_for_longest_goes() -> None:
    """Once there are too many."""
    layers = Layers()
    keys = [(str(number), SHARED) for number in range(LAYERS_KEPT)]
    before = lent(layers, *keys, keys[0], ("one more", SHARED))
    first, second = lent(layers, *keys[:2])

    assert first is before[0]
    assert second is not before[1]
