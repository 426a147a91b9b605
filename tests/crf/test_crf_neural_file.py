"""A network out of a model file: what cannot be is refused."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nlptool.core import store
from nlptool.crf.model import KIND, Tagger, from_stored
from nlptool.crf.sentences import Sentence
from nlptool.errors import ModelError
from tests.crf_networks import network_of
from tests.crf_taggers import SIMPLE

COLUMNS = "U0:%x[0,0]\nU1:%x[0,type]/%x[0,same1]/%x[0,self.inside]\nB\n"


def refusal(tmp_path: Path, change: Any, template: str = SIMPLE) -> str:
    """Return how a file is refused after a change to its parts."""
    path = str(tmp_path / "m.crf")
    network_of(template=template).save(path)
    stored = store.load(path, KIND)
    config = json.loads(json.dumps(stored.config))
    tensors = {name: np.array(array) for name, array in stored.tensors.items()}
    change(config["network"], tensors)
    store.publish(path, KIND, config=config, training={}, tensors=tensors)
    with pytest.raises(ModelError) as error:
        from_stored(store.load(path, KIND))
    assert str(error.value).startswith(f"{path}: ")
    return str(error.value).removeprefix(f"{path}: ")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda config, tensors: config.pop("linear"),
            "the settings of its network are not those of one; it is damaged",
        ),
        (
            lambda config, tensors: config["settings"].pop("width"),
            "the settings of its network are not those of one; it is damaged",
        ),
        (
            lambda config, tensors: config["settings"].update(width="6"),
            "setting width is '6'; the file is damaged",
        ),
        (
            lambda config, tensors: config["settings"].update(width=7),
            "--width: 7, expected an even number for lstm",
        ),
        (
            lambda config, tensors: config["settings"].update(epochs=None),
            "setting epochs is None; the file is damaged",
        ),
        (
            lambda config, tensors: config["settings"].update(width=8),
            "tensor 'network/narrow.kernel' is float32 22 x 6, expected float32 22 x 8",
        ),
        (
            lambda config, tensors: config.update(n_ids=10**6),
            "1000000 ids of characters, expected 2 to 8",
        ),
        (
            lambda config, tensors: config.update(kinds=["pairs", "pairs", "stars"]),
            "vectors of ['pairs', 'pairs', 'stars'], expected some of characters, pairs, words",
        ),
        (
            lambda config, tensors: config.update(longest=[1, 1, 4]),
            "pairs of one character; it is damaged",
        ),
        (
            lambda config, tensors: tensors.update(
                {"vectors.2.keys": tensors["vectors.2.keys"][::-1].copy()}
            ),
            "its vectors 2 are not in order; it is damaged",
        ),
        (
            lambda config, tensors: tensors["vectors.0.scales"].fill(1e30),
            "its vectors 0 are too large; it is damaged",
        ),
        (
            lambda config, tensors: tensors["network/scores.kernel"].fill(np.nan),
            "tensor 'network/scores.kernel' has values that are not finite",
        ),
        (
            lambda config, tensors: tensors.pop("network/scores.bias"),
            "no tensor 'network/scores.bias'; the file is damaged",
        ),
        (
            lambda config, tensors: tensors.update({"network/more": np.zeros(1, np.float32)}),
            "an unknown tensor 'network/more'; it is damaged",
        ),
    ],
)
def test_files_that_make_no_sense_are_refused(tmp_path: Path, change: Any, message: str) -> None:
    assert refusal(tmp_path, change) == message


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda config, tensors: config["settings"].update(columns=0),
            "tensor 'network/narrow.kernel' is float32 86 x 6, expected float32 22 x 6",
        ),
        (
            lambda config, tensors: config["settings"].update(columns=-1),
            "--columns: -1, expected 0 to 2048",
        ),
        (
            lambda config, tensors: tensors.update(
                {"network/marked.tuned": tensors["network/marked.tuned"][1:]}
            ),
            "tensor 'network/marked.tuned' is float32 39 x 64, expected float32 40 x 64",
        ),
    ],
)
def test_columns_that_make_no_sense(tmp_path: Path, change: Any, message: str) -> None:
    assert refusal(tmp_path, change, COLUMNS) == message


def test_a_file_of_a_network_that_saw_characters_only(tmp_path: Path) -> None:
    path = str(tmp_path / "m.crf")
    tagger = network_of(template=COLUMNS, columns=0)
    tagger.save(path)
    stored = store.load(path, KIND)
    config = json.loads(json.dumps(stored.config))
    del config["network"]["settings"]["columns"]
    store.publish(path, KIND, config=config, training={}, tensors=dict(stored.tensors))
    again = Tagger.load(path)
    assert again.network is not None
    assert again.network.config.columns == 0
    given = [Sentence("甲乙丙")]
    assert [one.labels for one in again.tag(given)] == [one.labels for one in tagger.tag(given)]
