"""Memory of mapped arrays goes back, and their content stays."""

import resource
from pathlib import Path

import numpy as np

from nlptool.core.mapped import let_go


def resident() -> int:
    """Pages of this process that are in memory now, in bytes."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def test_what_was_read_is_let_go_and_can_be_read_again(tmp_path):
    path = tmp_path / "ids"
    np.arange(16 << 20, dtype=np.int32).tofile(path)
    ids = np.memmap(path, np.int32, "r")
    view = np.asarray(ids)[5:]
    before = resident()
    assert view.sum(dtype=np.int64) > 0
    full = resident()
    assert full - before > 40 << 20
    let_go(view)
    assert full - resident() > 40 << 20
    assert view[7] == 12
    let_go(np.arange(3))
