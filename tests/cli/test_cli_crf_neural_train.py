"""`nlptool crf train --model neural`, as a shell would run it."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("keras", reason="the extra `neural` is not installed")

from tests.cli.crf_commands import CORPORA, NAMES, WORDS, run
from tests.cli.test_cli_crf_neural import SMALL


def test_training_says_what_it_did(tmp_path: Path) -> None:
    vectors = tmp_path / "v.vec"
    vectors.write_text("3 2\n医 1 2\n医院 0 1\n工作 1 1\n", "utf-8")
    end = run(
        "train", NAMES, *SMALL, "--dev", CORPORA / "crf_names_dev.bio", "-o", tmp_path / "m.crf",
        "--vectors", vectors, "--log", tmp_path / "log", "--threads", 1, "--device", "cpu",
    )  # fmt: skip
    assert (end.code, end.stdout) == (0, "")
    last = end.stderr.splitlines()[-1]
    assert last.startswith(f"nlptool: {tmp_path}/m.crf: 7 labels, ")
    assert ", 2 epochs, dev F1 0." in last
    rows = [json.loads(line) for line in (tmp_path / "log").read_text("utf-8").splitlines()]
    assert rows[0]["width"] == 8
    assert [row["epoch"] for row in rows[1:]] == [1, 2]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log", "m.crf", "v.vec"]
    end = run("tag", tmp_path / "m.crf", text="李明在北京工作\n")
    assert (end.code, end.stderr) == (0, "")


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_struck_and_gone_on_it_is_the_same_file(tmp_path: Path, number: int) -> None:
    whole, target = tmp_path / "whole.crf", tmp_path / "m.crf"
    train = ["train", WORDS, *SMALL, "--epochs", 40, "--threads", 1, "-q", "--device", "cpu"]
    train += ["--checkpoint-every", "0.1s"]
    assert run(*train, "-o", whole).code == 0
    target.write_bytes(b"old")
    command = [sys.executable, "-m", "nlptool", "crf", *map(str, train), "-o", str(target)]
    child = subprocess.Popen(command, stderr=subprocess.PIPE)
    end = time.monotonic() + 300
    while not (tmp_path / "m.crf.checkpoint").exists() and child.poll() is None:
        assert time.monotonic() < end
        time.sleep(0.05)
    child.send_signal(number)
    child.communicate(timeout=60)
    assert child.returncode == -number
    assert target.read_bytes() == b"old"
    assert run(*train, "-o", target, "--resume").code == 0
    assert target.read_bytes() == whole.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m.crf", "whole.crf"]
