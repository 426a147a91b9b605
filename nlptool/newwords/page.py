"""The terms of a domain as one HTML page to sort, filter and read; it loads nothing.

Words and sentences are data from strangers: they reach the page as JSON in which nothing can end
the element that holds it, and the document as text, never as markup. A content security policy
lets the page run its own script and nothing else.
"""

import json
from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from html import escape

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
    text = json.dumps(data, separators=(",", ":"), allow_nan=False)
    # Inside a string, where all of these are, an escape means the same; "</script>" and
    # "<!--" are gone.
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    name = escape(title)
    policy = (
        f"default-src 'none'; script-src {_hash(SCRIPT)}; style-src {_hash(STYLE)}; "
        "base-uri 'none'; form-action 'none'"
    )
    built = f"""<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{name}</title>
<style>{STYLE}</style>
<header>
<h1>{name}</h1>
<label>Text <input id="text" type="search" autocomplete="off" spellcheck="false"></label>
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
</main>
<script id="data" type="application/json">{text}</script>
<script>{SCRIPT}</script>
</html>
"""
    return built.encode("utf-8", "replace")


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
