"""A folder of our own for what can be computed again: compiled kernels, dictionaries.

Both are read back as code or as pickles by the libraries that write them, so the folder must
be one that nobody else on the machine can write to, or could have written to before.
"""

import os
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from shutil import rmtree
from stat import S_ISDIR, S_ISVTX, S_IWGRP, S_IWOTH
from time import time

_KEPT = 86400.0
"""Seconds for which kernels of other sources are kept after the last one was added."""


def private_folder() -> Path | None:
    """Return a folder that only this user can enter, making it if needed.

    It is `$XDG_CACHE_HOME/nlptool`, else `~/.cache/nlptool`, else one in the temporary folder.

    Returns:
        None if none of them can be had or trusted.
    """
    candidates = []
    if base := os.environ.get("XDG_CACHE_HOME"):
        candidates.append(Path(base) / "nlptool")
    # A home that does not exist is nobody's: it is not for us to make it.
    if (home := os.environ.get("HOME")) and os.access(home, os.X_OK):
        candidates.append(Path(home) / ".cache" / "nlptool")
    candidates.append(Path(os.environ.get("TMPDIR") or "/tmp") / f"nlptool-{os.geteuid()}")
    for folder in candidates:
        if folder.is_absolute() and _is_private(folder):
            return folder
    return None


def kernels_folder(folder: Path) -> Path:
    """Return where the compiled kernels of just these sources go; older ones are removed.

    numba looks at the file of a kernel alone, not at those of the kernels that it calls: kept
    under another name, what was compiled from older sources is never taken for this.

    Args:
        folder: what `private_folder` gave.
    """
    package = Path(__file__).parents[1]
    digest = sha256()
    for source in sorted(package.rglob("*.py")):
        status = source.stat()
        digest.update(f"{source}\0{status.st_mtime_ns}\0{status.st_size}\n".encode())
    ours = folder / "numba" / sha256(os.fsencode(package)).hexdigest()[:16]
    wanted = ours / digest.hexdigest()[:16]
    if not wanted.exists() and ours.exists():
        for older in ours.iterdir():
            # A run that began before the sources changed may still write to it.
            with suppress(OSError):
                if time() - older.stat().st_mtime > _KEPT:
                    rmtree(older, ignore_errors=True)
    return wanted


def _is_private(folder: Path) -> bool:
    """Make the folder if needed; tell whether it is ours alone and can be written."""
    try:
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        above = folder.parent.stat().st_mode
        if above & S_IWOTH and not above & S_ISVTX:
            return False  # anybody could put another folder in its place
        folder.mkdir(mode=0o700, exist_ok=True)
        status = folder.lstat()
        if not S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
            return False
        if status.st_mode & (S_IWGRP | S_IWOTH):
            return False  # who knows what others have put into it already
        if status.st_mode & 0o077:
            folder.chmod(0o700)
        return os.access(folder, os.W_OK | os.X_OK)
    except OSError:
        return False
