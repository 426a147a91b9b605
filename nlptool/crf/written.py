"""Answers as lines: text with marks, columns with one more, or JSON.

    text      words with spaces between; spans in brackets, [张三/PER]在[北京/LOC]工作;
              labels of words behind them, 经济/n
    columns   the columns of the input, the label that it had, the label
    jsonl     {"text": ..., "entities": [{"start", "end", "type", "text"}]}, or "words" without
              types; of words as tokens {"tokens": [...], "labels": [...]}

With probabilities: [张三/PER/0.9876]; another column; "probability". With the best sequences,
each is one line `probability<TAB>text`; a block of columns under `# rank probability`; an item
of "nbest". With the confidence, that stands before a line, in a line `# confidence ...` before
columns, or as "confidence".
"""

import json
import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from nlptool.crf.answer import Answer, Asked, Ranked
from nlptool.crf.model import Tagger
from nlptool.crf.sentences import Sentence
from nlptool.crf.tags import span_scheme, spans_of, split_label

FORMS = ("text", "columns", "jsonl")

Write = Callable[[Answer], str]


def writer(form: str, tagger: Tagger, asked: Asked, separator: str = "\t") -> Write:
    """Return what turns an answer into lines, each with its end.

    Args:
        form: one of `FORMS`.
        tagger: whose answers they are.
        asked: what it was asked.
        separator: of columns.
    """
    scheme = span_scheme(tagger.labels)
    if form == "columns":
        return lambda answer: _columns(answer, asked, separator)
    if form == "jsonl":
        return lambda answer: _json(answer, asked, scheme, is_words=tagger.is_words)
    marked = _words if tagger.is_words else partial(_spans, scheme)
    return lambda answer: _text(answer, asked, marked)


Marked = Callable[[Sentence, Sequence[str], Sequence[float] | None], str]


def _text(answer: Answer, asked: Asked, marked: Marked) -> str:
    """Return an answer as lines of text."""
    sentence = answer.sentence
    before = f"{answer.confidence:.4f}\t" if asked.confidence else ""
    if asked.n_best:
        return "".join(
            f"{before}{_chance(one)}\t{marked(sentence, one.labels, one.spans)}\n"
            for one in answer.others
        )
    return f"{before}{marked(sentence, sentence.labels or (), answer.spans)}\n"


def _words(sentence: Sentence, labels: Sequence[str], chances: Sequence[float] | None) -> str:
    """Return a sentence with a space between its words, and what is between them as it is."""
    tokens = sentence.tokens
    out = ""
    behind = 0
    for number, (begin, end, _) in enumerate(spans_of(labels)):
        gap = _joined(tokens[behind:begin])
        if not isinstance(tokens, str):
            out += " " * (begin > 0)
        elif gap:
            out += " " * (gap[0] > "\x7f" and behind > 0) + gap + " " * (gap[-1] > "\x7f")
        else:
            out += " " * (begin > 0)
        out += _joined(tokens[begin:end])
        if chances is not None:
            out += f"/{chances[number]:.4f}"
        behind = end
    rest = _joined(tokens[behind:])
    return out + " " * (rest[:1] > "\x7f" and behind > 0) + rest


def _spans(
    scheme: str, sentence: Sentence, labels: Sequence[str], chances: Sequence[float] | None
) -> str:
    """Return a sentence with its spans marked."""
    tokens = sentence.tokens
    between = "" if isinstance(tokens, str) else " "
    parts: list[str] = []
    behind = 0
    for number, (begin, end, kind) in enumerate(spans_of(labels, scheme)):
        if behind < begin:
            parts.append(_joined(tokens[behind:begin]))
        own = f"{_joined(tokens[begin:end])}/{kind}"
        if chances is not None:
            own += f"/{chances[number]:.4f}"
        # A label of its own for each word says enough without brackets.
        is_plain = between and (scheme == "none" or not split_label(labels[begin])[0])
        parts.append(own if is_plain else f"[{own}]")
        behind = end
    if behind < len(tokens):
        parts.append(_joined(tokens[behind:]))
    return between.join(parts)


def _columns(answer: Answer, asked: Asked, separator: str) -> str:
    """Return an answer as columns, with an empty line behind."""
    sentence = answer.sentence
    given = [sentence.tokens, *sentence.columns]
    if answer.given is not None:
        given.append([label or "_" for label in answer.given])
    head = f"# confidence {answer.confidence:.4f}\n" if asked.confidence else ""

    def rows(labels: Sequence[str], chances: Sequence[float] | None) -> str:
        own: list[Sequence[str]] = [*given, labels]
        if chances is not None:
            own.append([f"{chance:.4f}" for chance in chances])
        return _rows(own, separator)

    if not asked.n_best:
        return head + rows(sentence.labels or (), answer.tokens)
    return head + "".join(
        f"# {rank} {_chance(one)}\n{rows(one.labels, one.tokens)}"
        for rank, one in enumerate(answer.others, 1)
    )


def _chance(one: Ranked) -> str:
    return f"{math.exp(one.log_probability):.4f}"


def _rows(columns: Sequence[Sequence[str]], separator: str) -> str:
    lines = map(separator.join, zip(*columns, strict=True))
    return "".join(f"{line}\n" for line in lines) + "\n"


def _json(answer: Answer, asked: Asked, scheme: str, *, is_words: bool) -> str:
    """Return an answer as one object."""
    sentence = answer.sentence
    is_text = isinstance(sentence.tokens, str)
    value: dict[str, Any] = {}
    if is_text:
        value["text"] = sentence.tokens
    else:
        value["tokens"] = list(sentence.tokens)
    if asked.confidence:
        value["confidence"] = _rounded(answer.confidence)

    def items(
        labels: Sequence[str], tokens: Sequence[float] | None, spans: Sequence[float] | None
    ) -> dict[str, Any]:
        if is_text:
            name = "words" if is_words else "entities"
            return {name: _items(sentence, labels, spans, scheme, is_words=is_words)}
        found: dict[str, Any] = {"labels": list(labels)}
        if tokens is not None:
            found["probabilities"] = [_rounded(chance) for chance in tokens]
        return found

    if asked.n_best:
        value["nbest"] = [
            {"probability": _rounded(math.exp(one.log_probability))}
            | items(one.labels, one.tokens, one.spans)
            for one in answer.others
        ]
    else:
        value |= items(sentence.labels or (), answer.tokens, answer.spans)
    return json.dumps(value, ensure_ascii=False, allow_nan=False) + "\n"


def _items(
    sentence: Sentence,
    labels: Sequence[str],
    chances: Sequence[float] | None,
    scheme: str,
    *,
    is_words: bool,
) -> list[dict[str, Any]]:
    """Return spans as objects."""
    found: list[dict[str, Any]] = []
    for number, (begin, end, kind) in enumerate(spans_of(labels, scheme)):
        item: dict[str, Any] = {"start": begin, "end": end}
        if not is_words:
            item["type"] = kind
        item["text"] = _joined(sentence.tokens[begin:end])
        if chances is not None:
            item["probability"] = _rounded(chances[number])
        found.append(item)
    return found


def _joined(tokens: Sequence[str]) -> str:
    return tokens if isinstance(tokens, str) else " ".join(tokens)


def _rounded(chance: float) -> float:
    return round(chance, 6)
