"""A folder of our own for what can be computed again: compiled kernels, dictionaries.

Both are read back as code or as pickles by the libraries that write them, so the folder must
be one that nobody else on the machine can write to.
"""

import os
import tempfile
from pathlib import Path


def private_folder() -> Path | None:
    """Return a folder that only this user can enter, making it if needed.

    It is `$XDG_CACHE_HOME/nlptool`, else `~/.cache/nlptool`, else one in the temporary folder.

    Returns:
        None if none of them can be had or trusted.
    """
    candidates = []
    if base := os.environ.get("XDG_CACHE_HOME"):
        candidates.append(Path(base) / "nlptool")
    if home := os.environ.get("HOME"):
        candidates.append(Path(home) / ".cache" / "nlptool")
    candidates.append(Path(tempfile.gettempdir()) / f"nlptool-{os.getuid()}")
    for folder in candidates:
        if folder.is_absolute() and _is_private(folder):
            return folder
    return None


def _is_private(folder: Path) -> bool:
    """Make the folder if needed; tell whether it is ours alone and can be written."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        status = folder.lstat()
        if status.st_uid != os.getuid() or folder.is_symlink():
            return False
        if status.st_mode & 0o077:
            folder.chmod(0o700)
        return os.access(folder, os.W_OK | os.X_OK)
    except OSError:
        return False
