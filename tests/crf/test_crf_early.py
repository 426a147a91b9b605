"""What comes out before numba is loaded is, byte for byte, what comes out afterwards."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from nlptool.core import compiling
from nlptool.crf import early, marked
from nlptool.crf.model import Tagger
from nlptool.crf.sentences import Sentence
from tests.crf.test_crf_kernels_groups import FAR, KINDS, NAMED
from tests.crf_taggers import EDGES, WORDS, tagger_of

BAG = "U:%x[-2,0]\nU:%x[1,0]\nU1:%x[0,0]\nU2:%x[-1,type]/%x[0,0]\nU3:%x[1,type]/%x[2,0]\nB\n"
TYPED = "U1:%x[0,0]\nU2:%x[0,self.begintype]\nU3:%x[0,self.insidetype]/%x[1,self.endtype]\nB\n"


def texts() -> list[str]:
    random = np.random.default_rng(7)
    letters = list("甲乙丙丁Aa1，天é \t\n\u3000\u00a0\U00020000\r")
    sizes = [0, 1, 1, 2, 3, 5, 8, 40, 400, 400]
    return ["".join(random.choice(letters, size)) for size in sizes] + ["甲乙丙丁" * 300, " \n\n "]


@pytest.fixture(autouse=True)
def numba_is_there() -> None:
    compiling.load_numba()


@pytest.mark.parametrize("decoder", ["crf", "softmax"])
@pytest.mark.parametrize("template", [KINDS, FAR, BAG], ids=["kinds", "far", "bag"])
def test_words_are_those_of_the_kernels(template: str, decoder: str) -> None:
    tagger = tagger_of(WORDS, template, decoder=decoder)
    for text in texts():
        raw = text.encode()
        assert early.words(tagger, raw, keeps=True) == marked.cut(tagger, raw)
        assert early.words(tagger, raw, keeps=False) == marked.segment(tagger, raw)


@pytest.mark.parametrize("template", [KINDS, TYPED], ids=["kinds", "typed"])
def test_spans_are_those_of_the_kernels(template: str) -> None:
    tagger = tagger_of(NAMED, template)
    for text in texts():
        assert early.spans(tagger, text.encode()) == marked.bracket(tagger, text.encode())


def test_hashed_records_are_found() -> None:
    sentences = [
        Sentence("".join(map(chr, range(n, n + 999))), "S" * 999) for n in (20_000, 30_000)
    ]
    far = "".join(f"/%x[{i},0]" for i in range(1, 7))
    tagger = tagger_of([*WORDS, *sentences], f"U0:%x[0,0]{far}\nU1:%x[0,0]\nB\n")
    assert 2 in tagger.features.index.kinds
    text = "".join(map(chr, range(20_000, 20_200))).encode()
    assert early.words(tagger, text, keeps=True) == marked.cut(tagger, text)


def is_early(monkeypatch: pytest.MonkeyPatch, tagger: Tagger, text: bytes = b"a") -> bool:
    monkeypatch.setattr(compiling, "is_loaded", lambda: False)
    return early.is_early(tagger, text)


def test_what_is_not_common_is_left_to_the_kernels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(early._Spent, "n_bytes", 0)
    monkeypatch.setattr(compiling, "is_kept", lambda kernel: True)
    tagger = tagger_of(WORDS)
    assert not early.is_early(tagger, b"a")
    assert is_early(monkeypatch, tagger)
    assert not is_early(monkeypatch, tagger, b"\xff")
    assert not is_early(monkeypatch, tagger, b"a" * (early.MOST + 1))
    assert not is_early(monkeypatch, tagger_of(WORDS, EDGES))
    assert not is_early(monkeypatch, tagger_of(WORDS, decoder="memm"))
    assert not is_early(monkeypatch, tagger_of(WORDS, "U0:%x[0,jieba.tag]\nB\n"))
    while is_early(monkeypatch, tagger, b"a" * early.MOST):
        assert early._Spent.n_bytes < 1 << 20


def test_more_is_done_before_kernels_are_compiled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(early._Spent, "n_bytes", 0)
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    tagger = tagger_of(WORDS)
    assert is_early(monkeypatch, tagger, b"a" * (1 << 16))
    (tmp_path / "crf").mkdir()
    (tmp_path / "crf" / f"{early.KERNEL}-16.py.nbi").touch()
    assert not is_early(monkeypatch, tagger, b"a" * (early.MOST + 1))
    (tmp_path / "crf" / f"{early.KERNEL}-16.py.nbi").unlink()
    assert is_early(monkeypatch, tagger, b"a" * (1 << 15))
    assert not is_early(monkeypatch, tagger, b"a" * (1 << 16))


def test_the_kernel_that_is_looked_for_is_one_that_is_kept() -> None:
    marked.cut(tagger_of(WORDS), "甲乙".encode())
    assert compiling.is_kept(early.KERNEL)


@pytest.mark.parametrize(("template", "sentences"), [(KINDS, WORDS), (KINDS, NAMED)])
def test_one_line_is_answered_without_numba(
    tmp_path: Path, template: str, sentences: list[Sentence]
) -> None:
    path = tmp_path / "m.crf"
    tagger = tagger_of(sentences, template)
    tagger.save(str(path))
    code = (
        "import sys\n"
        "from nlptool.cli import app\n"
        "try:\n"
        "    app.main()\n"
        "finally:\n"
        "    assert 'numba' not in sys.modules\n"
    )
    verb = "segment" if tagger.is_words else "tag"
    mark = marked.cut if tagger.is_words else marked.bracket
    found = subprocess.run(
        [sys.executable, "-c", code, "crf", verb, str(path)],
        input="甲乙 丙丁1\n".encode(),
        capture_output=True,
        check=True,
    )
    assert found.stderr == b""
    assert found.stdout == mark(tagger, "甲乙 丙丁1\n".encode())
