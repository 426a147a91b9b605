"""Whoever waits for a compilation is told, once."""

import subprocess
import sys
from typing import NamedTuple

import numba
import pytest

from nlptool.core import compiling
from nlptool.core.report import Note


def test_a_compilation_is_told_once(monkeypatch):
    monkeypatch.setattr(compiling._Listener, "told", False)
    said = []
    with compiling.announced(said.append):
        numba.njit(lambda x: x + 1)(1)
        numba.njit(lambda x: x + 2)(1)
    assert said == [Note("compiling kernels, once on this machine (up to half a minute)")]
    with compiling.announced(said.append):
        numba.njit(lambda x: x + 3)(1)
    numba.njit(lambda x: x + 4)(1)
    assert len(said) == 1


def test_what_is_kept_is_seen_without_numba(tmp_path, monkeypatch):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    assert not compiling.is_kept("kernels_x.f")
    (tmp_path / "room").mkdir()
    (tmp_path / "room" / "kernels_x.f-12.py311.nbi").touch()
    assert compiling.is_kept("kernels_x.f")
    assert not compiling.is_kept("kernels_x.g")
    monkeypatch.delenv("NUMBA_CACHE_DIR")
    assert compiling.is_kept("kernels_x.g")


def test_linear_algebra_is_not_loaded():
    code = (
        "import sys\n"
        "from nlptool.core.compiling import without_blas\n"
        "without_blas()\n"
        "from nlptool.core.sorting import sort_count\n"
        "import numpy as np\n"
        "assert sort_count(np.array([[3], [1], [3]], np.uint64))[1].tolist() == [1, 2]\n"
        "assert 'scipy.linalg' not in sys.modules\n"
        "import scipy.linalg\n"
        "assert scipy.linalg.norm([3, 4]) == 5\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_kernels_wait_for_their_first_call():
    code = (
        "import sys\n"
        "import numpy as np\n"
        "from nlptool.core import compiling\n"
        "from nlptool.core.jieba_trie import find\n"
        "from nlptool.crf.kernels_constrain import best_sequences\n"
        "said = []\n"
        "with compiling.announced(said.append, waits=True):\n"
        "    assert 'numba' not in sys.modules\n"
        "    assert find.__doc__.startswith('Return the node')\n"
        "    assert not hasattr(find, '__len__')\n"
        "    assert find(np.zeros(16, np.uint64), np.uint64(0), 5) == 0\n"
        "    assert 'numba' in sys.modules\n"
        "    assert len(find.signatures) == 1\n"
        "    compiling.njit()(lambda x: x + 1)(1)\n"
        "assert len(said) == 1\n"
        "compiling._Listener.told = False\n"
        "compiling.njit()(lambda x: x + 1)(1)\n"
        "assert len(said) == 1\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@compiling.njit()
def increase(x: float) -> float:
    return x + 1


@compiling.njit()
def increase_twice(x: float) -> float:
    return increase(increase(x))


def test_kernels_that_wait_may_call_others() -> None:
    assert increase_twice(1) == 3
    assert increase(1) == 2
    with pytest.raises(AttributeError, match="no_such"):
        assert increase.no_such


class Pair(NamedTuple):
    left: int
    right: float


@numba.njit
def add(pair: Pair) -> float:
    return pair.left + pair.right


def test_named_tuples_are_what_they_were() -> None:
    before = numba.typeof(Pair(1, 2.5))
    compiling.known_tuples(Pair)
    assert numba.typeof(Pair(1, 2.5)) == before
    assert add(Pair(1, 2.5)) == 3.5
