"""The page: one file, nothing from outside, and words that stay words."""

import json
import re
from base64 import b64decode
from hashlib import sha256
from html.parser import HTMLParser

import numpy as np
import pytest

from nlptool.w2v.page import build

HOSTILE = [
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "<img src=x onerror=alert(1)>",
    "]]>",
    "&lt;",
    '"',
    "'",
    "\\",
    "\u2028",
    "\u202eolleh",
    "\x07",
    "__proto__",
    "{{data}}",
    "\U0001f600",
    "\u533b\u9662",
]


class Elements(HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.seen, self.texts = [], {}
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))

    def handle_data(self, data):
        if self.seen:
            key = len(self.seen) - 1
            self.texts[key] = self.texts.get(key, "") + data

    def text(self, tag, **wanted):
        (found,) = [
            self.texts[i]
            for i, (name, attrs) in enumerate(self.seen)
            if name == tag and wanted.items() <= attrs.items()
        ]
        return found


def page(words=HOSTILE, title="a map"):
    random = np.random.default_rng(0)
    points = random.standard_normal((len(words), 2)).astype(np.float32)
    near = [[(word, 0.98765), ("far", -0.5)] for word in reversed(words)]
    return build(words, points, near, title).decode()


def test_hostile_words_come_back_whole_and_add_no_element():
    elements = Elements(page())
    data = json.loads(elements.text("script", id="data"))
    assert data["words"] == HOSTILE
    assert data["near"][0] == [[HOSTILE[-1], 0.988], ["far", -0.5]]
    assert [tag for tag, _ in elements.seen] == [tag for tag, _ in Elements(page(["a"])).seen]


def test_a_hostile_title_is_text():
    elements = Elements(page(title="</title><script>alert(1)</script>"))
    assert elements.text("h1").strip() == "</title><script>alert(1)</script>"
    assert [tag for tag, _ in elements.seen].count("script") == 2


def test_nothing_comes_from_outside():
    text = page(["a"])
    assert not re.search(r"https?:|//[a-z]|@import|url\(|<link|<img| src=|fetch\(|XMLHttp", text)
    assert "innerHTML" not in text
    assert "eval(" not in text


def test_the_policy_lets_only_the_pages_own_script_and_style_run():
    elements = Elements(page())
    ((_, meta),) = [item for item in elements.seen if "http-equiv" in item[1]]
    policy = meta["content"]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    script, style = (b64decode(digest) for digest in re.findall(r"'sha256-([^']+)'", policy))
    scripts = [i for i, (tag, _) in enumerate(elements.seen) if tag == "script"]
    assert sha256(elements.texts[scripts[-1]].rstrip("\n").encode() + b"\n").digest() == script
    assert sha256(elements.text("style").rstrip("\n").encode() + b"\n").digest() == style


def test_places_fill_the_square():
    data = json.loads(Elements(page()).text("script", id="data"))
    places = np.array([data["x"], data["y"]])
    assert np.abs(places).max() == pytest.approx(1)


def test_the_same_bytes_each_time():
    assert page() == page()


def test_a_similarity_that_is_no_number_is_our_defect():
    with pytest.raises(ValueError, match="JSON"):
        build(["a"], np.zeros((1, 2), np.float32), [[("b", float("nan"))]], "t")
