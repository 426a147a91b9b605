"""The slow, obvious twins of the most probable cut and of learning."""

import re
from collections.abc import Mapping
from math import inf, log


def best_cut(symbols: list[str], words: Mapping[str, int]) -> tuple[float, list[str]]:
    """Return the most probable words of symbols, and the sum of their logarithms."""
    total = log(sum(words.values()))
    best: list[tuple[float, list[str]]] = [(0.0, [])]
    for end in range(1, len(symbols) + 1):
        found: tuple[float, list[str]] = (-inf, [])
        for begin in range(end):
            word = "".join(symbols[begin:end])
            if word in words or end - begin == 1:
                score = best[begin][0] + log(words.get(word, 1)) - total
                if score > found[0]:
                    found = (score, [*best[begin][1], word])
        best.append(found)
    return best[-1]


def cut_line(line: str, words: Mapping[str, int]) -> str:
    """Return a line of Han characters and ASCII punctuation, cut."""
    out: list[str] = []
    for part in re.findall(r"[^\s,!]+|[,!]", line):
        out += best_cut(list(part), words)[1]
    return " ".join(out)


def best_parts(word: list[str], scores: Mapping[str, float]) -> float:
    """Return the best sum of scores of shorter words that a word can be cut into."""
    found = [
        scores.get("".join(word[:end]), -inf)
        + max(scores.get("".join(word[end:]), -inf), best_parts(word[end:], scores))
        for end in range(1, len(word))
    ]
    return max(found, default=-inf)
