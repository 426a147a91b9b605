"""The slow, obvious twins of what is computed with word vectors."""

import math


def cosine(u, v):
    dot = sum(float(x) * float(y) for x, y in zip(u, v, strict=True))
    lengths = math.sqrt(sum(float(x) ** 2 for x in u)) * math.sqrt(sum(float(x) ** 2 for x in v))
    return dot / lengths if lengths else 0.0


def nearest(matrix, query, k, exclude=()):
    scored = [(cosine(row, query), i) for i, row in enumerate(matrix) if i not in exclude]
    return sorted(scored, key=lambda pair: (-pair[0], pair[1]))[:k]


def unit(v):
    length = math.sqrt(sum(float(x) ** 2 for x in v))
    return [float(x) / length for x in v]


def analogy(matrix, a, b, c, k, method):
    scored = []
    for i, row in enumerate(matrix):
        if i in (a, b, c):
            continue
        if method == "add":
            target = [
                y - x + z
                for x, y, z in zip(unit(matrix[a]), unit(matrix[b]), unit(matrix[c]), strict=True)
            ]
            score = cosine(row, target)
        else:
            to_a, to_b, to_c = ((cosine(row, matrix[j]) + 1) / 2 for j in (a, b, c))
            score = to_b * to_c / (to_a + 0.001)
        scored.append((score, i))
    return sorted(scored, key=lambda pair: (-pair[0], pair[1]))[:k]


def ranks(values):
    """A value's rank is the mean of the places that its equals take in sorted order."""
    ordered = sorted(values)
    places = {v: [i + 1 for i, w in enumerate(ordered) if w == v] for v in values}
    return [sum(places[v]) / len(places[v]) for v in values]


def spearman(a, b):
    x, y = ranks(a), ranks(b)
    n = len(x)
    mean_x, mean_y = sum(x) / n, sum(y) / n
    top = sum((p - mean_x) * (q - mean_y) for p, q in zip(x, y, strict=True))
    bottom = math.sqrt(sum((p - mean_x) ** 2 for p in x) * sum((q - mean_y) ** 2 for q in y))
    return top / bottom if bottom else None


def fnv(data):
    """fastText's hash: FNV-1a, each byte widened as a signed number."""
    h = 2166136261
    for byte in data:
        h ^= byte if byte < 128 else byte | 0xFFFFFF00
        h = h * 16777619 % 2**32
    return h


def subwords(word, min_n, max_n):
    """The n-grams of "<word>", without a lone "<" or ">"."""
    text = f"<{word}>"
    grams = []
    for i in range(len(text)):
        for n in range(min_n, max_n + 1):
            gram = text[i : i + n]
            if len(gram) == n and not (n == 1 and i in (0, len(text) - 1)):
                grams.append(gram)
    return grams


def fasttext_vector(word, row, table, n_words, min_n, max_n, bucket):
    """A word's own row and its n-grams' rows, averaged."""
    rows = [table[row]]
    if word != "</s>" and bucket and max_n:
        rows += [table[n_words + fnv(g.encode()) % bucket] for g in subwords(word, min_n, max_n)]
    return [sum(float(r[j]) for r in rows) / len(rows) for j in range(len(table[0]))]


def neighbours_changed(words, before, after, k):
    """1 - the share of common neighbours among `words`, for each word."""
    changes = {}
    for i, word in enumerate(words):
        one = {j for _, j in nearest(before, before[i], k, (i,))}
        two = {j for _, j in nearest(after, after[i], k, (i,))}
        changes[word] = 1 - len(one & two) / k
    return changes
