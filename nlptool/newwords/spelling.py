"""From words to symbols, and from symbols back to their places in the text."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from nlptool.core.tokens import Int32
from nlptool.newwords.kernels_text import BOUNDARY, RUNS, kinds
from nlptool.newwords.symbols import READERS, read_block


def spelt(words: Sequence[str], unit: str, numbers: Mapping[str, int]) -> tuple[Int32, Int32]:
    """Return words as numbers of their symbols.

    Args:
        words: any, without line feeds.
        unit: what a symbol is.
        numbers: of the symbols.

    Returns:
        The numbers, -1 for symbols that have none, 0 behind the last one; shape (n_words,
        longest). And how many there are; shape (n_words,), 0 for what cannot be a word as it
        has a boundary within.
    """
    text = "".join(f"{word}\n" for word in words).encode()
    block = read_block(text, unit, going_on=False)
    codes = block.codes
    of_code = np.zeros(len(codes), np.int32)
    points, inverse = np.unique(codes, return_inverse=True)
    known = [numbers.get(chr(max(0, code)), -1) for code in points.tolist() if code < RUNS]
    of_code[codes < RUNS] = np.array(known, np.int32)[inverse[codes < RUNS]]
    runs = block.runs.tobytes().decode().split(" ")[:-1]
    of_code[codes == RUNS] = [numbers.get(run, -1) for run in runs]
    ends = np.flatnonzero(codes < 0)
    starts = np.concatenate(([0], ends[:-1] + 1))
    lengths = (ends - starts).astype(np.int32)
    rows = np.repeat(np.arange(len(words)), lengths)
    columns = np.arange(len(rows)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    symbols = np.zeros((len(words), int(lengths.max(initial=1))), np.int32)
    symbols[rows, columns] = of_code[codes >= 0]
    is_cut = np.zeros(len(words), np.bool_)
    is_cut[rows[codes[codes >= 0] == BOUNDARY]] = True
    symbols[is_cut] = 0
    lengths[is_cut] = 0
    return symbols, lengths


def read_places(blocks: Iterable[bytes], unit: str) -> Iterator[tuple[bytes, Int32]]:
    """Yield a text once more, with the place of each of its codes.

    Yields:
        A stretch of the text, and where in it the codes begin that `read_stream` had for it;
        of boundaries any place.
    """
    rest, going_on = b"", False
    for block in blocks:
        text = rest + block
        if not block:
            yield b"", np.zeros(1, np.int32)
            rest, going_on = b"", False
            continue
        codes = np.empty(len(text) + 1, np.int32)
        places = np.zeros(len(text) + 1, np.int32)
        runs = np.empty(2 * len(text), np.uint8)
        n, _, _, at = READERS[unit](
            np.frombuffer(text, np.uint8), kinds(), codes, places, runs, going_on
        )
        yield text, places[:n]
        rest, going_on = text[at:], not block.endswith(b"\n")
