"""The first text of a process, of a model with a network: the same without numba."""

import subprocess
import sys
from pathlib import Path

import pytest

from nlptool.core import compiling
from nlptool.crf import early, marked
from nlptool.crf.neural_config import BLOCKS
from tests.crf.test_crf_early import texts
from tests.crf_networks import network_of
from tests.crf_taggers import NAMES, WORDS


@pytest.fixture(autouse=True)
def numba_is_there() -> None:
    compiling.load_numba()


@pytest.mark.parametrize("blocks", BLOCKS)
@pytest.mark.parametrize("share", [0.0, 0.5])
def test_words_are_those_of_the_kernels(blocks: str, share: float) -> None:
    tagger = network_of(WORDS, blocks=blocks, linear_share=share)
    for text in texts():
        raw = text.encode()
        assert early.words(tagger, raw, keeps=True) == marked.cut(tagger, raw)


def test_spans_are_those_of_the_kernels() -> None:
    tagger = network_of(NAMES)
    for text in texts():
        assert early.spans(tagger, text.encode()) == marked.bracket(tagger, text.encode())


def test_one_line_is_answered_without_numba_and_keras(tmp_path: Path) -> None:
    path = tmp_path / "m.crf"
    tagger = network_of(WORDS)
    tagger.save(str(path))
    code = (
        "import sys\n"
        "from nlptool.cli import app\n"
        "try:\n"
        "    app.main()\n"
        "finally:\n"
        "    assert not {'numba', 'keras', 'tensorflow'} & set(sys.modules)\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", code, "crf", "segment", str(path)],
        input="甲乙 丙丁1\n".encode(),
        capture_output=True,
        check=True,
    )
    assert found.stderr == b""
    assert found.stdout == marked.cut(tagger, "甲乙 丙丁1\n".encode())
