"""The page of terms: one file, nothing from outside, safe whatever the words are."""

import json
import re

from nlptool.newwords.page import page

HOSTILE = [
    "</script><script>alert(1)</script>",
    "<!-- <script>",
    "<img src=x onerror=alert(1)>",
    "&lt;b&gt;",
    "\u2028\u2029\x00\"'`${1}",
    "\ud800",
    "__proto__",
]


def built() -> str:
    rows = [[word, i, None, 0.5] for i, word in enumerate(HOSTILE)]
    sentences = [[f"前{word}后", word] for word in HOSTILE]
    return page(("word", "count", "depth", "score"), rows, sentences, HOSTILE[0]).decode()


def test_words_stay_data() -> None:
    text = built()
    data = re.search(r'<script id="data" type="application/json">(.*?)</script>', text, re.S)
    assert data is not None
    assert not set("<>&") & set(data[1])
    found = json.loads(data[1])
    assert [row[0] for row in found["rows"]] == HOSTILE
    assert found["examples"][0][0] == f"前{HOSTILE[0]}后"
    assert "<title>&lt;/script&gt;&lt;script&gt;" in text
    assert text.count("<script") == text.count("</script>") == 2


def test_it_loads_nothing() -> None:
    text = built()
    assert "default-src 'none'" in text
    for word in ("http:", "https:", "//", " src=", "href=", "import(", "fetch(", "innerHTML"):
        assert word not in re.sub(r'type="application/json">.*?</script>', "", text, flags=re.S)


def test_same_bytes() -> None:
    assert built() == built()
