"""Options, hooks and fixtures are those of the plugins."""

pytest_plugins = [
    "lstm_conformance.suites.harness.run.plugin",
    "lstm_conformance.suites.meta.bytecode",
    "lstm_conformance.suites.meta.needing",
    "lstm_conformance.suites.meta.spreading",
]
