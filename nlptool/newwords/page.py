"""The terms of a domain as one HTML page to sort, filter and read; it loads nothing.

What makes it safe is in `core/page.py`.
"""

from collections.abc import Sequence

from nlptool.core.page import html_page
from nlptool.newwords.page_script import SCRIPT, STYLE
from nlptool.newwords.terms import COLUMNS, Terms

MOST = 5000
"""Words of a page."""

EXAMPLES = 3
"""Sentences of a word."""


def build(terms: Terms, examples: Sequence[Sequence[str]], title: str) -> bytes:
    """Return the page.

    Args:
        terms: the words, best first.
        examples: sentences with each; shape (n_words, any).
        title: what the page is called.
    """
    return page(COLUMNS, terms.rows(), examples, title)


def page(
    columns: Sequence[str],
    rows: Sequence[Sequence[str | int | float | None]],
    examples: Sequence[Sequence[str]],
    title: str,
) -> bytes:
    """Return a page of any table whose first column is a word.

    Args:
        columns: their names; "count" is what the least count is asked of.
        rows: shape (n_words, n_columns).
        examples: sentences with each word; shape (n_words, any).
        title: what the page is called.
    """
    data = {
        "columns": list(columns),
        "rows": [list(row) for row in rows],
        "examples": [list(some) for some in examples],
    }
    return html_page(title, _BODY, data, style=STYLE, script=SCRIPT)


_BODY = """<label>Text <input id="text" type="search" autocomplete="off" spellcheck="false"></label>
<label>Count at least <input id="count" type="number" min="0" value="0"></label>
<label>Length at least <input id="length" type="number" min="1" value="1"></label>
<output id="found"></output>
</header>
<main>
<table>
<thead><tr id="head"></tr></thead>
<tbody id="body"></tbody>
</table>
<button id="more" hidden>Show more</button>
<noscript>This list is drawn by a script, and scripts are switched off.</noscript>
</main>"""
