"""The slow, obvious twins of `nlptool.newwords`."""

import unicodedata
from collections import Counter, defaultdict
from math import log

LATER = ((0x0E00, 0x0EFF), (0x3021, 0x312F), (0x3400, 0x4DBF), (0x4E00, 0xA4CF), (0xF900, 0xFAFF))


def kind(char):
    point = ord(char)
    if char.isspace() and point <= 0x3000:
        return "white"
    category = unicodedata.category(char)
    if (any(a <= point <= b for a, b in LATER) or 0x3005 <= point <= 0x3007) and (
        category[0] in "L" or category in ("Nl", "No", "Mn", "Mc")
    ):
        return "single"
    if 0x20000 <= point < 0x40000:
        return "single"
    if category[0] == "L" or category in ("Mn", "Mc"):
        return "letter"
    return "digit" if category == "Nd" else "other"


def segments(text, unit="char"):
    """Return (document, symbols) of every stretch of text without a boundary."""
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    by_blank = any(not line.strip() for line in lines)
    found, document = [], 0
    for line in lines:
        stretches = [[]]
        if unit == "char":
            last = "other"
            for char in line:
                this = kind(char)
                if this in ("white", "other"):
                    stretches.append([])
                elif this == last and this in ("letter", "digit"):
                    stretches[-1][-1] += char
                else:
                    stretches[-1].append(char)
                last = this
        else:
            for word in line.split():
                begin, end = 0, len(word)
                while begin < end and kind(word[begin]) == "other":
                    begin += 1
                while end > begin and kind(word[end - 1]) == "other":
                    end -= 1
                if begin:
                    stretches.append([])
                if end > begin:
                    stretches[-1].append(word[begin:end])
                if end < len(word):
                    stretches.append([])
        found += [(document, tuple(own)) for own in stretches if own]
        if not by_blank or not line.strip():
            document += 1
    return found


def ngrams(text, order, unit="char"):
    counts = Counter()
    for _, symbols in segments(text, unit):
        for n in range(1, order + 1):
            counts.update(symbols[i : i + n] for i in range(len(symbols) - n + 1))
    return counts


def entropies(text, words, unit="char"):
    """Return (left, right) of each word; what is no symbol is never the same twice."""
    sides = defaultdict(lambda: (Counter(), Counter()))
    longest = max(map(len, words), default=0)
    for place, (_, symbols) in enumerate(segments(text, unit)):
        for n in range(2, longest + 1):
            for i in range(len(symbols) - n + 1):
                word = symbols[i : i + n]
                if word in words:
                    left = symbols[i - 1] if i else (place, i)
                    right = symbols[i + n] if i + n < len(symbols) else (place, i + n)
                    sides[word][0][left] += 1
                    sides[word][1][right] += 1
    return {word: tuple(map(entropy, both)) for word, both in sides.items()}


def entropy(counter):
    total = sum(counter.values())
    return -sum(n / total * log(n / total) for n in counter.values())


def pmi(counts, total, word):
    return min(
        log(total * counts[word] / (counts[word[:i]] * counts[word[i:]]))
        for i in range(1, len(word))
    )


def retained(counts, total, min_count, thresholds):
    return {
        word
        for word, n in counts.items()
        if len(word) > 1
        and n >= min_count
        and pmi(counts, total, word) >= thresholds[len(word) - 1]
    }


def cut(symbols, joins, order):
    """Cut between symbols that no n-gram of `joins` covers both."""
    joined = [False] * len(symbols)
    for n in range(2, order + 1):
        for i in range(len(symbols) - n + 1):
            if symbols[i : i + n] in joins:
                for j in range(i + 1, i + n):
                    joined[j] = True
    pieces, begin = [], 0
    for i in range(1, len(symbols) + 1):
        if i == len(symbols) or not joined[i]:
            pieces.append(symbols[begin:i])
            begin = i
    return pieces


def windows(word, n):
    return [word[i : i + n] for i in range(len(word) - n + 1)]


def is_word(piece, passes, order, method):
    if len(piece) < 3:
        return True
    if method == "cohesion":
        return all(own in passes for n in range(3, order + 1) for own in windows(piece, n))
    if len(piece) <= order:
        return piece in passes
    return all(own in passes for own in windows(piece, order))


def mine(text, config):
    """Return word -> (count, documents) as `mine` finds them, parts of longer words included."""
    settled = config.settled(sum(len(symbols) for _, symbols in segments(text, config.unit)))
    order, min_count = settled.order, settled.min_count
    counts = ngrams(text, order, config.unit)
    total = sum(n for word, n in counts.items() if len(word) == 1)
    if settled.method == "pair":
        return mine_pairs(text, settled, counts, total)
    keep = retained(counts, total, min_count, settled.min_pmi)
    pieces, documents = Counter(), defaultdict(set)
    for document, symbols in segments(text, config.unit):
        for piece in cut(symbols, keep, order):
            if len(piece) <= settled.max_len and is_word(piece, keep, order, settled.method):
                pieces[piece] += 1
                documents[piece].add(document)
    return {
        word: (n, len(documents[word]))
        for word, n in pieces.items()
        if len(word) > 1 and n >= min_count
    }


def mine_pairs(text, settled, counts, total):
    pairs = sum(n for word, n in counts.items() if len(word) == 2)
    strong = {
        word
        for word, n in counts.items()
        if len(word) == 2
        and n >= settled.min_count
        and n > settled.min_proba * pairs
        and log(n / pairs) - log(counts[word[:1]] / total) - log(counts[word[1:]] / total)
        > settled.min_pmi[1]
    }
    words, documents = Counter(), defaultdict(set)
    for document, symbols in segments(text, settled.unit):
        for piece in cut(symbols, strong, 2):
            words[piece] += 1
            documents[piece].add(document)
    n_pieces = sum(words.values())
    words = {
        word: n
        for word, n in words.items()
        if n > settled.min_proba * n_pieces
        and (len(word) == 1 or (settled.min_count <= n and len(word) <= settled.max_len))
    }
    for word in sorted(words, key=lambda word: (-len(word), [s.encode() for s in word])):
        if len(word) == 1:
            continue
        n = words.pop(word)
        rest = sum(words.values())
        best = [(0.0, ())] + [None] * len(word)
        for i in range(len(word)):
            for j in range(i + 1, len(word) + 1):
                part = word[i:j]
                if part not in words and j > i + 1:
                    continue
                value = log(words[part] / rest) if part in words else -100
                if best[j] is None or best[i][0] + value > best[j][0]:
                    best[j] = (best[i][0] + value, (*best[i][1], part))
        score, parts = best[-1]
        if log(n / (rest + n)) - score < len(word) - 1:
            for part in parts:
                words[part] = words.get(part, 0) + n
        else:
            words[word] = n
    return {w: (n, len(documents[w])) for w, n in words.items() if len(w) > 1}


def nested(found, occurrences, share):
    """Return the words that stand almost only within one longer word."""
    return {
        part
        for word in found
        for n in range(2, len(word))
        for part in windows(word, n)
        if part in found and occurrences[word] >= share * occurrences[part]
    }
