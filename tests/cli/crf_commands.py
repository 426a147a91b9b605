"""Commands of `nlptool crf`, run as a shell would."""

import os
import subprocess
import sys
from pathlib import Path

from tests.faults import End

ROOT = Path(__file__).parents[2]
CORPORA = ROOT / "corpora"
WORDS = CORPORA / "crf_words_train.txt"
NAMES = CORPORA / "crf_names_train.bio"


def run(*args: object, text: str = "", cwd: Path | None = None, group: str = "crf") -> End:
    done = subprocess.run(
        [sys.executable, "-m", "nlptool", group, *map(str, args)],
        input=text.encode(),
        capture_output=True,
        check=False,
        timeout=300,
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    return End(done.returncode, done.stdout.decode(), done.stderr.decode())
