"""Characters and sentences: tell Han from the rest, normalise, split into sentences.

Bytes become text in corpus.py, and text becomes tokens in segment.py.
"""

import re

_HAN = (
    "\u2e80-\u2fdf"  # radicals
    "\u3005-\u3007\u3021-\u3029\u3038-\u303b"  # marks and numerals that stand for Han
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff"  # the planes set aside for Han
)
_ONE_HAN = re.compile(f"[{_HAN}]")

# Full-width forms stand 0xFEE0 above ASCII; the ideographic space is the exception.
_HALF_WIDTH = {code + 0xFEE0: code for code in range(0x21, 0x7F)} | {0x3000: 0x20}

# Closing quotes and brackets stay with the sentence that they close. A full stop ends a
# sentence only before white space, so that 3.14 and example.com stay whole.
_CLOSING = "[\"'\u201d\u2019\u300d\u300f\uff09)\\]\u3011\u300b]*"
_SENTENCE_END = re.compile(
    f"(?:[\u3002\uff01\uff1f\u2026!?]+{_CLOSING}|\\.+{_CLOSING}(?=\\s|$)|\n)\\s*"
)


def is_han(character: str) -> bool:
    """Return whether a character is Chinese writing: a Han character, radical or numeral.

    Source:
        The Unicode Standard, property Script=Han of Scripts.txt, and planes 2 and 3 whole.
    """
    return _ONE_HAN.match(character) is not None


def n_han(text: str) -> int:
    """Return how many characters of a text are Han."""
    return len(_ONE_HAN.findall(text))


def normalise(text: str, *, lower: bool = False) -> str:
    """Return a text with full-width letters, digits, punctuation and spaces half-width.

    Args:
        text: any text; its number of characters stays the same unless `lower` is set.
        lower: make it lower case as well.

    Source:
        The Unicode Standard, block "Halfwidth and Fullwidth Forms", U+FF01 to U+FF5E.
    """
    text = text.translate(_HALF_WIDTH)
    return text.lower() if lower else text


def sentences(text: str) -> list[str]:
    """Split a text after each sentence's end; joined, the sentences are the text again.

    White space after an end belongs to the sentence before it. A sentence ends with an
    ideographic full stop, an ellipsis, a question or exclamation mark, a line's end, or a
    full stop before white space.
    """
    found: list[str] = []
    start = 0
    for end in _SENTENCE_END.finditer(text):
        found.append(text[start : end.end()])
        start = end.end()
    if start < len(text):
        found.append(text[start:])
    return found
