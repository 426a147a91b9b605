"""The slow, obvious forms of what sentence similarity computes."""

import math

MASK = (1 << 64) - 1


def mix(value):
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & MASK
    return value ^ (value >> 31)


def key_of(gram):
    return sum(ord(char) << (21 * (len(gram) - 1 - i)) for i, char in enumerate(gram))


def add_up(text, longest, told, rare, dim, seed):
    """`told`: n-gram -> nats."""
    out = [0.0] * dim
    for size in range(1, longest + 1):
        for begin in range(len(text) - size + 1):
            gram = text[begin : begin + size]
            bits = told.get(gram, min(sum(told.get(char, rare) for char in gram), rare))
            state = mix(key_of(gram) ^ seed)
            for k in range(dim):
                coins = mix((state + 0x9E3779B97F4A7C15 * (k // 64 + 1)) & MASK)
                out[k] += bits / size * (1 if coins >> (k % 64) & 1 else -1)
    return out


def components(edges, n):
    names = list(range(n))
    changed = True
    while changed:
        changed = False
        for a, b in edges:
            low = min(names[a], names[b])
            changed |= names[a] != low or names[b] != low
            names[a] = names[b] = low
    return names


def leaders(vectors, threshold):
    first, kept = [], []
    for i, vector in enumerate(vectors):
        best, place = -math.inf, i
        for j in kept:
            product = float(vector @ vectors[j])
            if product > best:
                best, place = product, j
        if best < threshold:
            place = i
            kept.append(i)
        first.append(place)
    return first


def area(scores, labels):
    won = total = 0
    for a, is_same in zip(scores, labels, strict=True):
        for b, is_other in zip(scores, labels, strict=True):
            if is_same and not is_other:
                total += 1
                won += 1 if a > b else 0.5 if a == b else 0
    return won / total


def best_accuracy(scores, labels):
    candidates = [*scores, math.inf]
    return max(
        sum((s >= t) == bool(label) for s, label in zip(scores, labels, strict=True)) / len(scores)
        for t in candidates
    )


def top_n(vectors, groups, n):
    asked = right = 0
    for i in range(len(groups)):
        if sum(g == groups[i] for g in groups) < 2:
            continue
        asked += 1
        others = [j for j in range(len(groups)) if j != i]
        others.sort(key=lambda j: (-float(vectors[i] @ vectors[j]), j))
        right += any(groups[j] == groups[i] for j in others[:n])
    return right / asked


def rivals(vectors, groups, n):
    """The n nearest of other groups."""
    found = []
    for i in range(len(vectors)):
        others = [j for j in range(len(vectors)) if groups[j] != groups[i]]
        others.sort(key=lambda j: (-float(vectors[i] @ vectors[j]), j))
        found.append(others[:n])
    return found


def aligned(first, second, meaning, told, rare):
    """`first`, `second`: words; `meaning`: word -> unit vector; `told`: n-gram -> nats."""
    numerals = set("0123456789一二三四五六七八九十百千万亿两零")

    def tells(gram):
        return told.get(gram, min(sum(told.get(char, rare) for char in gram), rare))

    def matched(word, others):
        if word in others:
            return 1.0
        if numerals & set(word):
            return 0.0
        near = max((float(meaning[word] @ meaning[other]) for other in others), default=0.0)
        letters = set("".join(others))
        weights = [max(tells(char), 1e-3) for char in word]
        parts = sum(w for w, char in zip(weights, word, strict=True) if char in letters)
        return max(min(max((near - 0.3) / 0.7, 0.0), 1.0), parts / sum(weights))

    def covered(words, others):
        has = whole = 0.0
        for word in words:
            pairs = [word[i : i + 2] for i in range(len(word) - 1)] or [word]
            weight = max(*map(tells, pairs), 1e-3)
            has += weight * matched(word, others)
            whole += weight
        return has / whole if whole else 0.0

    return (covered(first, second) + covered(second, first)) / 2


def longest_common(first, second):
    """The lengths of the longest common subsequence and substring."""
    sequence = run = 0
    table = {}
    for i, a in enumerate(first):
        for j, b in enumerate(second):
            left, up = table.get((i, j - 1), (0, 0))[0], table.get((i - 1, j), (0, 0))[0]
            before = table.get((i - 1, j - 1), (0, 0))
            same = a == b
            table[i, j] = (max(left, up, before[0] + same), before[1] + 1 if same else 0)
            sequence, run = max(sequence, table[i, j][0]), max(run, table[i, j][1])
    return sequence, run
