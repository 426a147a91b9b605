"""Questions made of any text: a noun of a passage that stands elsewhere in it, left out.

A passage is some sentences in a row. Of its nouns (see `nouns.py`) that occur often enough one
is chosen, and one of its places. `favour` says how much more likely a word that occurs often
is; one that was an answer before becomes less likely. So neither the most frequent word of a
passage nor that of the text wins. Nothing is held but a few numbers for each passage.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from math import sqrt

import numpy as np

from nlptool.cloze.config import Making
from nlptool.cloze.leaks import Leaks
from nlptool.cloze.nouns import is_noun
from nlptool.cloze.questions import BLANK, Question, question

_ENDS = frozenset("。！？!?…")
_CLOSING = frozenset("”’」』）)》】〉\"'")
_SHORT = 5  # a sentence of fewer words is not asked about
_TELLING = 10  # a sentence of fewer words may be there twice by chance

Sentences = list[list[str]]


@dataclass
class Made:
    """What became of the passages of a text.

    Args:
        passages: how many there were.
        few: had too few nouns to choose from.
        leaked: had something of the texts to be kept away from.
        repeated: had been there before.
        questions: were made.
    """

    passages: int = 0
    few: int = 0
    leaked: int = 0
    repeated: int = 0
    questions: int = 0


def make(
    blocks: Iterable[bytes], making: Making, made: Made, leaks: Leaks | None = None
) -> Iterator[Question]:
    """Yield the questions of a text, without names; `making.count` is not heeded.

    Args:
        blocks: UTF-8, words separated by white space, as `segment.segment_blocks` gives.
        making: the settings.
        made: is told what became of the passages.
        leaks: of texts to be kept away from: passages that have something of them in them are
            left out.
    """
    # Random numbers of their own, so that the passages depend on no other setting.
    sizes, rng = (np.random.default_rng((making.seed, which)) for which in (0, 1))
    used: Counter[str] = Counter()
    seen: set[bytes] = set()
    for sentences in passages(lines_of_words(blocks), making, sizes):
        made.passages += 1
        counts = Counter(word for sentence in sentences for word in sentence)
        choices = [word for word, n in counts.items() if n >= making.repeats and is_noun(word)]
        if len(choices) < making.choices:
            made.few += 1
            continue
        if leaks is not None and leaks.touch("".join(map("".join, sentences))):
            made.leaked += 1
            continue
        keys = {_key(sentence) for sentence in sentences if len(sentence) >= _TELLING}
        if not keys.isdisjoint(seen):
            made.repeated += 1
            continue
        n_made = 0
        weights = [counts[word] ** making.favour / sqrt(1 + used[word]) for word in choices]
        for word in _drawn(choices, weights, making.per_passage, rng):
            asking = _place(sentences, word, rng)
            if asking is None:
                continue
            line, at = asking
            whole = list(sentences)
            whole[line] = [*whole[line][:at], BLANK, *whole[line][at + 1 :]]
            seen.add(_key(sentences[line]))
            used[word] += 1
            made.questions += 1
            n_made += 1
            yield question("", whole, asking=line, answers=(word,))


def lines_of_words(blocks: Iterable[bytes]) -> Iterator[list[str]]:
    """Yield the words of each line, BLANK not being one."""
    rest = b""
    for block in blocks:
        *lines, rest = (rest + block).split(b"\n")
        for line in lines:
            yield [word for word in line.decode().split() if BLANK not in word]
    if rest:
        yield [word for word in rest.decode().split() if BLANK not in word]


def passages(
    lines: Iterable[list[str]], making: Making, rng: np.random.Generator
) -> Iterator[Sentences]:
    """Yield sentences in a row that have as many words together as a passage should.

    A passage may end sooner where there is an empty line; a sentence that is too long for any
    passage ends one, and is left out.
    """
    held: Sentences = []
    n_words = 0
    wanted = int(rng.integers(making.low, making.high + 1))
    for line in lines:
        # An empty sentence stands for an empty line.
        for sentence in split(line) or [[]]:
            is_over = n_words + len(sentence) > making.high or not sentence
            if is_over and n_words >= making.low:
                yield held
            if (is_over and n_words >= making.low) or len(sentence) > making.high:
                held, n_words = [], 0
                wanted = int(rng.integers(making.low, making.high + 1))
            if not sentence or len(sentence) > making.high:
                continue
            if n_words + len(sentence) > making.high:
                # What is held is short, and this would make it too long.
                held, n_words = [], 0
            held.append(sentence)
            n_words += len(sentence)
            if n_words >= wanted:
                yield held
                held, n_words = [], 0
                wanted = int(rng.integers(making.low, making.high + 1))
    if n_words >= making.low:
        yield held


def split(words: list[str]) -> Sentences:
    """Return the sentences of a line; closing quotes stay with the sentence they close."""
    found: Sentences = []
    begin = 0
    is_over = False
    for at, word in enumerate(words):
        if is_over and word[0] not in _CLOSING and word[0] not in _ENDS:
            found.append(words[begin:at])
            begin, is_over = at, False
        is_over = is_over or word[0] in _ENDS
    if begin < len(words):
        found.append(words[begin:])
    return found


def _drawn(choices: list[str], weights: list[float], n: int, rng: np.random.Generator) -> list[str]:
    """Draw different words, each as likely as it weighs."""
    share = np.array(weights)
    drawn = rng.choice(len(choices), min(n, len(choices)), replace=False, p=share / share.sum())
    return [choices[index] for index in drawn]


def _place(sentences: Sentences, word: str, rng: np.random.Generator) -> tuple[int, int] | None:
    """Draw one of a word's places: sentence and place in it; none in very short ones."""
    places = [
        (line, at)
        for line, sentence in enumerate(sentences)
        if len(sentence) >= _SHORT
        for at, other in enumerate(sentence)
        if other == word
    ]
    return places[int(rng.integers(len(places)))] if places else None


def _key(sentence: list[str]) -> bytes:
    return blake2b("".join(sentence).encode(), digest_size=8).digest()
