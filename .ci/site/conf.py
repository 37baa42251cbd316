"""The site of the documents, `make site`: Sphinx reads what staging.py laid out. Every warning ends the build."""

project = "lstm-conformance"
copyright = "the maintainers of lstm-conformance, Apache-2.0"  # noqa: A001  Sphinx calls it so

extensions = ["myst_parser"]
myst_heading_anchors = 4  # the anchors of GitHub; a link to another one is a warning
myst_links_external_new_tab = False
highlight_language = "none"
suppress_warnings = ["misc.highlighting_failure"]  # examples leave out lines with …

html_theme = "furo"
html_title = project
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
