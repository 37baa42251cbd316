"""Adapters of devices that are not there, or are but the processor under another name."""

from __future__ import annotations

from typing import Any

from lstm_conformance.fixtures.implementations.adapter import NoDevice
from lstm_conformance.fixtures.implementations.torch.on_device import TorchOnCuda
from lstm_conformance.suites.meta.fakes import NumpyLSTM

FAKE = "cpu:0"
"""The processor, as torch also calls it: what is not copied there and back is seen by the name."""


class OnFake(TorchOnCuda):
    """Computes on the fake device, and counts what travels."""

    name = "torch.nn.LSTM@fake"
    device = FAKE

    def __init__(self) -> None:
        self.travels: dict[str, int] = {FAKE: 0, "cpu": 0}
        super().__init__()

    def present(self, torch: Any) -> bool:
        """It is there."""
        del torch
        return True

    def moved(self, tensor: Any, device: str) -> Any:
        """Count."""
        self.travels[device] += 1
        return super().moved(tensor, device)


class OnNone(NumpyLSTM):
    """Finds no device."""

    name = "torch.nn.LSTM@nowhere"
    device = "nowhere"

    def __init__(self) -> None:
        super().__init__()
        raise NoDevice("torch 2.13.0 sees no nowhere device")
