"""Options, hooks and fixtures are those of the plugin."""

pytest_plugins = ["lstm_conformance.suites.plugin"]
