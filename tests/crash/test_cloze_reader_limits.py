"""T9, T11 and T3 for the reader: files that are not what they seem; struck while it learns."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nlptool.cloze.model import KIND, from_stored
from nlptool.cloze.questions import lines_of
from nlptool.core import store
from nlptool.errors import ModelError
from tests.cloze.fillers import questions_of
from tests.cloze.readers import SMALL, filler_of_reader, lines_of_corpus
from tests.crash.test_commands import environment, nlptool
from tests.crash.test_mutated_models import VALUES, places, sealed
from tests.crash.test_mutated_models import WORDS as NAMES
from tests.faults import End, names_in


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any], bytes]:
    """Return a path, what a good header there says with both JSONs parsed, and the data."""
    path = tmp_path_factory.mktemp("model") / "m.cloze"
    filler_of_reader().save(str(path))
    raw = path.read_bytes()
    length = int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8 : 8 + length])
    header["__metadata__"]["nlptool"] = json.loads(header["__metadata__"]["nlptool"])
    return path, header, raw[8 + length :]


def answers(path: Path) -> None:
    """Check that a file is refused as it should be, or answers as any should."""
    try:
        ((found,),) = from_stored(store.load(str(path), KIND)).fill(questions_of(1))
    except ModelError as error:
        assert str(error).startswith(f"{path}: ")
        return
    assert found.shares.sum() == pytest.approx(1, abs=1e-4)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_anything_anywhere_in_the_header(
    model: tuple[Path, dict[str, Any], bytes], data: st.DataObject
) -> None:
    path, good, tensors = model
    header = json.loads(json.dumps(good))
    way = data.draw(st.sampled_from(places(good)))
    parent = header
    for key in way[:-1]:
        parent = parent[key]
    if data.draw(st.booleans()) or isinstance(parent, list):
        parent[way[-1]] = data.draw(VALUES)
    else:
        parent[data.draw(NAMES)] = parent.pop(way[-1])
    path.write_bytes(sealed(header, tensors))
    answers(path)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(at=st.floats(0, 1, exclude_max=True), new=st.binary(min_size=1, max_size=16))
def test_anything_anywhere_in_the_data(
    model: tuple[Path, dict[str, Any], bytes], at: float, new: bytes
) -> None:
    path, good, tensors = model
    low = int(at * (len(tensors) - len(new)))
    changed = tensors[:low] + new + tensors[low + len(new) :]
    path.write_bytes(sealed(json.loads(json.dumps(good)), changed))
    answers(path)


@pytest.mark.parametrize(
    "number", [signal.SIGKILL, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)]
)
def test_struck_at_any_time_and_gone_on_from_there(tmp_path: Path, number: int) -> None:
    """At any time the old model stays, and what --resume makes is what an unbroken run makes."""
    folder = tmp_path / "out"
    folder.mkdir()
    target = folder / "m.cloze"
    text, corpus = tmp_path / "q.txt", tmp_path / "c.txt"
    lines = [line for one in questions_of(60) for line in lines_of(one, together=True)]
    text.write_text("\n".join(lines), "utf-8")
    corpus.write_text("\n".join(lines_of_corpus()), "utf-8")
    train = ["cloze", "train", text, "-o", target, "--corpus", corpus, "-q"]
    for name, value in (SMALL | {"passes": 20}).items():
        train += [f"--{name.replace('_', '-')}", str(value)]
    train += ["--checkpoint-every", "0.1s"]
    begun = time.monotonic()
    assert nlptool(*train) == End(0, "", "")
    whole = time.monotonic() - begun
    new = hashlib.sha256(target.read_bytes()).hexdigest()
    target.write_bytes(b"old")
    child = subprocess.Popen(
        [sys.executable, "-m", "nlptool", *map(str, train)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(**os.environ),
    )
    time.sleep(whole * 0.7)
    child.send_signal(number)
    child.communicate(timeout=60)
    assert child.returncode in (0, -number)
    found = target.read_bytes()
    assert found == b"old" or hashlib.sha256(found).hexdigest() == new
    assert nlptool(*train, "--resume") == End(0, "", "")
    assert hashlib.sha256(target.read_bytes()).hexdigest() == new
    assert names_in(folder) == ["m.cloze"]
