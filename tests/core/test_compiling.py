"""Whoever waits for a compilation is told, once."""

import numba

from nlptool.core import compiling
from nlptool.core.report import Note


def test_a_compilation_is_told_once(monkeypatch):
    monkeypatch.setattr(compiling._Listener, "told", False)
    said = []
    with compiling.announced(said.append):
        numba.njit(lambda x: x + 1)(1)
        numba.njit(lambda x: x + 2)(1)
    assert said == [Note("compiling kernels, once on this machine (up to 10 s)")]
    with compiling.announced(said.append):
        numba.njit(lambda x: x + 3)(1)
    numba.njit(lambda x: x + 4)(1)
    assert len(said) == 1
