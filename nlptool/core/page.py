"""One self-contained HTML page that shows data: it loads nothing and asks nobody.

Words and sentences are data from strangers: they reach the page as JSON in which nothing can end
the element that holds it, and the document as text, never as markup. A content security policy
lets the page run its own script and nothing else.
"""

import json
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from html import escape
from typing import Any


def html_page(title: str, body: str, data: Mapping[str, Any], *, style: str, script: str) -> bytes:
    """Return the page in UTF-8.

    Args:
        title: what it is called; also its first heading.
        body: the markup after that heading, from within the header on; ours, not a stranger's.
        data: what the script finds as JSON in the element "data"; numbers finite.
        style: the style sheet.
        script: runs after everything else is there.
    """
    text = json.dumps(data, separators=(",", ":"), allow_nan=False)
    # Inside a string, where all of these are, an escape means the same; "</script>" and
    # "<!--" are gone.
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    name = escape(title)
    policy = (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; "
        "base-uri 'none'; form-action 'none'"
    )
    built = f"""<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{name}</title>
<style>{style}</style>
<header>
<h1>{name}</h1>
{body}
<script id="data" type="application/json">{text}</script>
<script>{script}</script>
</html>
"""
    return built.encode("utf-8", "replace")


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
