import base64
import hashlib
import json
import re

from nlptool.core.page import html_page

HOSTILE = ["</script><script>alert(1)</script>", "<!-- <script>", "&lt;b&gt;", "\u2028\u2029\x00"]


def built() -> str:
    body = "</header><main></main>"
    data = {"words": HOSTILE}
    return html_page("a < b", body, data, style="b {}", script="let a").decode()


def test_data_cannot_end_its_element() -> None:
    data = re.search(r'<script id="data" type="application/json">(.*?)</script>', built(), re.S)
    assert data is not None
    assert not set("<>&") & set(data[1])
    assert json.loads(data[1]) == {"words": HOSTILE}


def test_the_title_is_text() -> None:
    assert "<title>a &lt; b</title>" in built()
    assert "<h1>a &lt; b</h1>\n</header><main></main>" in built()


def test_the_policy_allows_its_own_script_and_style_alone() -> None:
    def of(text: str) -> str:
        return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"

    assert (
        f"default-src 'none'; script-src {of('let a')}; style-src {of('b {}')}; "
        "base-uri 'none'; form-action 'none'"
    ) in built()


def test_what_utf8_cannot_say_is_replaced() -> None:
    page = html_page("\ud800", "", {"words": ["\ud800"]}, style="", script="")
    assert b"<title>?</title>" in page
    assert b'["\\ud800"]' in page
