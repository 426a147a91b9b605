"""The slow, obvious twin of nlptool.core.encode."""

from collections import Counter

LONGEST = 1 << 16


def pieces(token: str) -> list[str]:
    """Cut a token of more than 64 KiB between characters; all others are one piece."""
    if len(token.encode()) <= LONGEST:
        return [token]
    cut = len(token.encode()[:LONGEST].decode(errors="ignore"))
    return [token[:cut], *pieces(token[cut:])]


def sentences(text: str) -> list[list[str]]:
    return [
        [piece for token in line.split() for piece in pieces(token)] for line in text.split("\n")
    ]


def count(text: str) -> list[tuple[str, int]]:
    counts = Counter(word for sentence in sentences(text) for word in sentence)
    return sorted(counts.items(), key=lambda item: (-item[1], item[0].encode()))


def encode(text: str, words: list[str]) -> list[int]:
    found = []
    for sentence in sentences(text):
        ids = [words.index(word) for word in sentence if word in words]
        found += [*ids, -1] if ids else []
    return found
