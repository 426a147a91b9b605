"""Commands of `nlptool crf`, run as a shell would."""

import os
import re
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
    # Whoever runs first on a machine is told that, and any test may be the first.
    said = re.sub("nlptool: compiling kernels,[^\n]*\n", "", done.stderr.decode())
    return End(done.returncode, done.stdout.decode(), said)
