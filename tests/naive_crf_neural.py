"""What neural_vectors.py finds, the slow way: every run of characters looked up by itself."""

import numpy as np

from nlptool.core.vectors import Vectors
from nlptool.crf.neural_vectors import LONGEST, SIZE


def seen(vectors: Vectors, kind: str, text: str) -> np.ndarray:
    """Return what each character of a text gets; shape (n, width)."""
    words = {word: row for row, word in enumerate(vectors.words) if len(word) <= LONGEST}
    size = np.sqrt(np.mean(np.square(vectors.matrix[list(words.values())])))
    rows = {word: vectors.matrix[row] * (SIZE / size) for word, row in words.items()}
    nothing = np.zeros(vectors.dim)
    if kind == "characters":
        return np.array([rows.get(char, nothing) for char in text])
    if kind == "pairs":
        return np.array([rows.get(text[i : i + 2], nothing) for i in range(len(text))])
    found = []
    for i, char in enumerate(text):
        begins, inside, ends = [], [], []
        for begin in range(len(text)):
            for end in range(begin + 2, len(text) + 1):
                if text[begin:end] in rows and begin <= i < end:
                    place = begins if i == begin else ends if i == end - 1 else inside
                    place.append(rows[text[begin:end]])
        means = [np.mean(some, axis=0) if some else nothing for some in (begins, inside, ends)]
        found.append(np.concatenate([rows.get(char, nothing), *means]))
    return np.array(found)
