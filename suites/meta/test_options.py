"""The table of options: every row is whole, and what follows from it does."""

from __future__ import annotations

import ast
import re
import tokenize
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from lstm_conformance.fixtures.cases.configuration import Configuration, configuration_of, departures, values_of
from lstm_conformance.fixtures.cases.ids import configuration_called
from lstm_conformance.fixtures.cases.option import Constraint, Option
from lstm_conformance.fixtures.cases.options import BY_NAME, CONSTRAINTS, FLAGS, OPTIONS, SIZES, legal
from lstm_conformance.fixtures.cases.requirements import REQUIREMENTS
from lstm_conformance.fixtures.implementations import IMPLEMENTATIONS
from lstm_conformance.reference.layer import Layer
from lstm_conformance.suites.harness.plan.manifest import declared
from lstm_conformance.suites.meta.outside import ROOT

EVERY_OPTION = pytest.mark.parametrize("option", OPTIONS, ids=lambda each: each.name)

DERIVED = {"batch_size", "seed"}
"""What of a layer follows from other options, or from the number of a case."""


class TestRows:
    """What stands in the table."""

    def test_every_field_has_a_row_and_every_row_a_field(self) -> None:
        """A constructor's options are those of the layer, all others those of the configuration."""
        of_layer = {each.name for each in fields(Layer)} - DERIVED
        of_call = {each.name for each in fields(Configuration)} - {"layer"}

        assert {each.name for each in OPTIONS if each.of == "constructor"} == of_layer
        assert {each.name for each in OPTIONS if each.of != "constructor"} == of_call
        assert len(BY_NAME) == len(OPTIONS)

    def test_defaults_are_those_of_the_fields(self) -> None:
        """But for sizes, which have none."""
        usual = Configuration(layer=Layer(input_size=4, hidden_size=7), time=5, batch=3)

        assert configuration_of({}) == usual
        assert {name for name in SIZES if BY_NAME[name].always} == set(SIZES)

    @EVERY_OPTION
    def test_a_value_is_read_from_its_word(self, option: Option) -> None:
        """There and back; what goes without saying is the default."""
        values = option.values if option.others else (*option.known, *([] if option.known else [not option.default]))

        for value in values:
            said = option.said(value)
            assert (not said) == (value == option.default and not option.always)
            assert not said or option.read(said) == value

    @EVERY_OPTION
    def test_a_value_requires_what_may_be_claimed(self, option: Option) -> None:
        """Or nothing; an option whose values are crossed has one that anybody may be asked."""
        required = [set(option.requirements(each)) for each in option.values]

        assert set().union(*required) <= set(REQUIREMENTS)
        assert set() in required or not option.others

    @pytest.mark.parametrize("constraint", CONSTRAINTS, ids=lambda each: "-".join(each.names))
    def test_a_constraint_has_a_reason_and_known_options(self, constraint: Constraint) -> None:
        """It is told to whoever wonders why two values never meet."""
        assert set(constraint.names) <= set(FLAGS)
        assert constraint.reason

    @EVERY_OPTION
    def test_when_a_value_has_an_effect_is_said_of_known_options(self, option: Option) -> None:
        """With the reason."""
        assert option.acts is None or (set(option.acts.names) <= set(FLAGS) and option.acts.reason)


class TestConfigurations:
    """What follows from it."""

    def test_values_and_configurations_are_the_same(self) -> None:
        """There and back, and only what departs from the defaults stands in `departures`."""
        values = {"stateful": True, "mask": "holes", "time": 1}
        made = configuration_of(values)

        assert made.layer.batch_size == made.batch == 3
        assert configuration_of(values_of(made)) == made
        assert departures(made) == {**values, "batch": 3, "input_size": 4, "hidden_size": 7}
        assert set(SIZES) <= set(departures(made))

    def test_what_does_not_go_together_is_not_legal(self) -> None:
        """And the same without the reason is."""
        assert legal({"unbatched": True, "batch": 1})
        assert not legal({"unbatched": True, "batch": 3})

    @pytest.mark.parametrize("word", ["batch_first_text", "merge_mode_unknown", "activation_unknown"])
    def test_a_word_of_one_option_is_not_taken_for_another(self, word: str) -> None:
        """Names of mistakes begin like options."""
        configuration = configuration_called(f"T5-B3-I4-H7-{word}-float32-mild")

        assert configuration is not None
        assert configuration.invalid_input == word

    def test_an_adapter_is_told_what_the_layer_is_and_what_it_is_put_into(self) -> None:
        """Not what it is called with, which it is given."""
        told = configuration_of({"structure": "nested", "training": True, "mask": "left"}).described

        assert set(told) == {*Layer.__dataclass_fields__, "structure", "training", "requires_grad"}
        assert (told["structure"], told["training"]) == ("nested", True)


ELSEWHERE = ("implementations", "examples", "vectors", "deviations")
"""The folders of `fixtures` that are about frameworks; vectors have paths that are folders."""

THREADS = "process.py"
"""Names the variables by which libraries are told to take one thread; those who have not the library read none."""

ORDINARY = {"eager", "call", "layer", "model"}
"""Names of paths that are words of their own, of the protocol among others, or the default of adapters."""

REQUIRED = set(REQUIREMENTS)
"""What decides, because it is claimed; a path may be called like it."""


def words(file: Path) -> Iterator[str]:
    """The texts of a file that are no docstrings: what may decide something."""
    tree = ast.parse(file.read_text("utf-8"))
    told = {id(each.value) for each in ast.walk(tree) if isinstance(each, ast.Expr)}
    for each in ast.walk(tree):
        if isinstance(each, ast.Constant) and isinstance(each.value, str) and id(each) not in told:
            yield each.value


FRAMEWORKS = {"torch", "keras", "tensorflow", "tf", "tf1", "onnx", "jax", "xla", "cudnn"}
"""Parts of words."""


def parts(file: Path) -> Iterator[str]:
    """The words of a file, of its code and of its texts without blanks, in which a framework is a part.

    What may be claimed is a word of the adapters.
    """
    with tokenize.open(file) as lines:
        code = [each.string for each in tokenize.generate_tokens(lines.readline) if each.type == tokenize.NAME]
    for word in (*code, *(text for text in words(file) if " " not in text)):
        if FRAMEWORKS & set(re.split(r"[\W_]+", word.lower())) and word.removesuffix("_{}") not in REQUIRED:
            yield word


def names() -> set[str]:
    """Names of frameworks, of implementations and of their paths."""
    paths = {path for name in IMPLEMENTATIONS for path in declared(name).paths}
    packages = {package for entry in IMPLEMENTATIONS.values() for package in entry.packages}
    return (paths | packages | set(IMPLEMENTATIONS) | {"onnx", "xla", "keras", "torch"}) - ORDINARY - REQUIRED


def test_no_word_of_a_framework_decides_what_is_asked() -> None:
    """In `fixtures`, outside the adapters: selection follows from costs and claims."""
    files = [file for file in (ROOT / "fixtures").rglob("*.py") if file.relative_to(ROOT).parts[1] not in ELSEWHERE]
    forbidden = names()
    found = {(file.name, word) for file in files for word in words(file) if word in forbidden}
    found |= {(file.name, word) for file in files if file.name != THREADS for word in parts(file)}

    assert len(files) > 30
    assert found == set()


def test_a_word_that_decides_is_seen(tmp_path: Path) -> None:
    """The twin of the test above; a docstring decides nothing."""
    file = tmp_path / "some.py"
    file.write_text(
        '"""torch"""\n\nif path == "tf.function":\n    """jit"""\n    found = {"keras": OF_TORCH}\n', "utf-8"
    )

    assert set(words(file)) & names() == {"tf.function", "keras"}
    assert set(parts(file)) == {"tf.function", "keras", "OF_TORCH"}
