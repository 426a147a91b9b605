"""Spool: the sum by key is what a Counter gives, at any budget, order and width."""

import errno
import os
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlptool.core import spool as module
from nlptool.core.sorting import sort_count
from nlptool.core.spool import Spool
from nlptool.errors import ConfigError, RunError
from tests.core.test_sorting import as_counter, shards


def joined(spool):
    blocks = list(spool.merged())
    if not blocks:
        return b"", b""
    return (
        np.concatenate([keys for keys, _ in blocks]).tobytes(),
        np.concatenate([counts for _, counts in blocks]).tobytes(),
    )


@given(shards(), st.integers(3, 200), st.randoms())
@settings(max_examples=120, deadline=None)
def test_spool_is_a_counter_at_any_budget(tmp_path_factory, case, entries, random):
    width, blocks = case
    least, module.LEAST_ENTRIES = module.LEAST_ENTRIES, 1
    try:
        total = Counter(tuple(row) for block in blocks for row in block)
        random.shuffle(blocks)
        folder = tmp_path_factory.getbasetemp()
        with Spool(folder, entries * 8 * (width + 1), width=width) as spool:
            for block in blocks:
                spool.add(*sort_count(np.array(block, np.uint64).reshape(-1, width)))
            for _ in range(2):
                merged = list(spool.merged())
                assert as_counter(merged) == total
                assert all(len(keys) for keys, _ in merged)
                rows = [tuple(row) for keys, _ in merged for row in keys.tolist()]
                assert rows == sorted(rows)
    finally:
        module.LEAST_ENTRIES = least


def test_many_runs_same_bytes_at_any_budget_order_and_number_of_threads(tmp_path):
    rng = np.random.default_rng(5)
    keys = np.minimum(rng.zipf(1.2, 400_000), 100_000).astype(np.uint64).reshape(-1, 1)
    expected, counts = np.unique(keys, return_counts=True)
    for memory, n_blocks, threads in ((1 << 16, 200, 1), (1 << 18, 30, 2), (1 << 28, 7, 3)):
        blocks = [keys[i::n_blocks] for i in rng.permutation(n_blocks)]
        with Spool(tmp_path, memory) as spool:
            with ThreadPoolExecutor(threads) as pool:
                for future in [pool.submit(sort_count, block.copy()) for block in blocks]:
                    future.add_done_callback(lambda done, spool=spool: spool.add(*done.result()))
            assert joined(spool) == (expected.tobytes(), counts.tobytes())
            assert bool(spool._stored) == (memory < 1 << 28)
    assert list(tmp_path.iterdir()) == []


def test_counts_are_exact_above_32_bits(tmp_path):
    with Spool(tmp_path, 1 << 16) as spool:
        for _ in range(3):
            spool.add(np.array([[7]], np.uint64), np.array([2**40 + 1]))
        [(_, counts)] = spool.merged()
        assert counts.tolist() == [3 * (2**40 + 1)]


def test_nothing_added(tmp_path):
    with Spool(tmp_path, 1 << 16) as spool:
        spool.add(*sort_count(np.empty((0, 1), np.uint64)))
        assert list(spool.merged()) == []


def test_budget_too_small(tmp_path):
    with pytest.raises(ConfigError) as caught:
        Spool(tmp_path, 1000)
    assert str(caught.value) == "--memory: 1000 bytes, expected at least 65536 for counting"


def fill(spool):
    for start in range(0, 100_000, 1000):
        keys = np.arange(start, start + 1000, dtype=np.uint64).reshape(-1, 1)
        spool.add(keys, np.ones(1000, np.int64))


def test_disk_full(tmp_path, monkeypatch):
    class Full:
        def seek(self, *_):
            return 0

        def write(self, _):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        def close(self):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(module, "TemporaryFile", lambda dir: Full())
    with pytest.raises(RunError) as caught, Spool(tmp_path, 1 << 16) as spool:
        fill(spool)
    assert str(caught.value) == (
        f"{tmp_path}: No space left on device, expected room for temporary files;"
        " free some, or name another folder with --temp-dir"
    )


def test_no_such_folder(tmp_path):
    with (
        pytest.raises(RunError, match="No such file or directory"),
        Spool(tmp_path / "none", 1 << 16) as spool,
    ):
        fill(spool)


def test_files_have_no_name_and_few_are_open(tmp_path):
    opened = len(list(Path("/proc/self/fd").iterdir())) if Path("/proc/self/fd").exists() else None
    with Spool(tmp_path, 1 << 16) as spool:
        fill(spool)
        assert list(tmp_path.iterdir()) == []
        assert len(spool._stored) > 8
        blocks = spool.merged()
        next(blocks)
        if opened is not None:
            assert len(list(Path("/proc/self/fd").iterdir())) <= opened + 2
        assert 1 + sum(1 for _ in blocks) > 1
    if opened is not None:
        assert len(list(Path("/proc/self/fd").iterdir())) == opened


def test_few_files_and_little_memory(tmp_path):
    """40 MB of keys under `ulimit -n 16` and a budget of 4 MB stays within the budget."""
    program = """
import resource, sys
from pathlib import Path
import numpy as np
from nlptool.core.sorting import sort_count
from nlptool.core.spool import Spool
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
memory = 4 << 20
def count(n_blocks):
    rng = np.random.default_rng(1)
    with Spool(Path(sys.argv[1]), memory) as spool:
        for _ in range(n_blocks):
            spool.add(*sort_count(rng.integers(0, 1 << 40, (50_000, 1)).astype(np.uint64)))
        return sum(int(counts.sum()) for _, counts in spool.merged())
count(8)
before = peak()
resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))
assert count(50) == 2_500_000
assert peak() - before < 6 << 10, (before, peak())
"""
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True)
