import numpy as np
import pytest
from similarity_examples import judged, summed, untrained

from nlptool.core.store import load, publish
from nlptool.errors import ModelError
from nlptool.similarity.model import Matcher, open_model


@pytest.fixture(scope="module")
def both():
    return untrained(summed().sif, encoder="convolution", share=0.25)


def spoilt(matcher, tmp_path, *, tensors=None, config=None, training=None):
    path = str(tmp_path / "a.sim")
    matcher.save(path)
    stored = load(path)
    publish(
        str(tmp_path / "b.sim"),
        "similarity",
        config={
            part: settings | (config or {}).get(part, {})
            for part, settings in stored.config.items()
        }
        | {part: value for part, value in (config or {}).items() if part not in stored.config},
        training=stored.training | (training or {}),
        tensors=stored.tensors | (tensors or {}),
    )
    return str(tmp_path / "b.sim")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"config": {"sif": {"rare": -1.0}}}, "rare -1.0, expected a number from 0 to 1000"),
        ({"config": {"sif": {"ngram_dim": 7}}}, "--ngram-dim: 7, expected a multiple of 64"),
        ({"config": {"sif": {"what": 1}}}, "setting 'what' is 1, which this kind has not"),
        ({"tensors": {"words": np.zeros(10, np.int64)}}, "its words do not rise"),
        ({"tensors": {"rows": np.zeros((3, 8), np.float32)}}, "tensor 'rows' is float32 3 x 8"),
        ({"tensors": {"common": np.full((1, 8), np.nan, np.float32)}}, "not finite"),
        ({"training": {"calibration": {"slope": 1.0}}}, "a calibration of {'slope': 1.0}"),
        ({"config": {"more": {}}}, "parts ['more', 'network', 'sif'], expected sif, network or"),
        ({"config": {"network": {"dim": 6}}}, "--dim: 6, expected a multiple of 4"),
        ({"config": {"network": {"dim": 20}}}, "tensor 'network/"),
        ({"config": {"network": {"scale": "x"}}}, "setting 'scale' is 'x', which this kind has n"),
        ({"config": {"network": {"encoder": "lstm"}}}, "--encoder: 'lstm', expected one of gru"),
        ({"config": {"network": {"max_length": 1.5}}}, "setting 'max_length' is 1.5, which this"),
        ({"tensors": {"characters": np.zeros(3, np.int32)}}, "its characters do not rise"),
        ({"tensors": {"characters": np.arange(3, dtype=np.int32)}}, "tensor 'network/spelt.tuned'"),
    ],
)
def test_a_model_that_makes_no_sense_is_refused(both, tmp_path, change, message):
    with pytest.raises(ModelError) as error:
        open_model(spoilt(both, tmp_path, **change))
    assert message in str(error.value)


def test_a_part_without_settings_is_refused(both, tmp_path):
    both.save(str(tmp_path / "a.sim"))
    stored = load(str(tmp_path / "a.sim"))
    config = stored.config | {"sif": 1}
    publish(
        str(tmp_path / "b.sim"),
        "similarity",
        config=config,
        training={},
        tensors=stored.tensors,
    )
    with pytest.raises(ModelError, match="a part without settings, expected some for each"):
        open_model(str(tmp_path / "b.sim"))


NAN = np.full((2, 3), np.nan, np.float32)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"config": {"judge": {"slope": "x"}}}, "a curve of ['x', -1.0], expected two numbers"),
        ({"config": {"judge": {"offset": 1e300}}}, "a curve of [0.5, 1e+300], expected two"),
        ({"config": {"judge": {"evidence": []}}}, "weighs evidence that this nlptool does not"),
        ({"config": {"judge": {"units": 0}}}, "--units: 0, expected 1 to 1024"),
        ({"config": {"judge": {"units": 4}}}, "tensor 'judge/hidden' is float32 2 x"),
        ({"config": {"judge": {"members": True}}}, "setting 'members' is True, which this kind"),
        ({"tensors": {"judge/out": NAN}}, "not finite"),
        ({"tensors": {"judge/out": np.full((2, 3), 1e30, np.float32)}}, "enormous weights"),
        ({"tensors": {"judge/scale": "none"}}, "its judge has a spread of nothing"),
    ],
)
def test_a_judge_that_makes_no_sense_is_refused(tmp_path, change, message):
    made = judged(summed().sif)
    if "judge/scale" in change.get("tensors", {}):
        change = {"tensors": {"judge/scale": np.zeros_like(made.judge.mean)}}
    with pytest.raises(ModelError) as error:
        open_model(spoilt(made, tmp_path, **change))
    assert message in str(error.value)


def test_a_judge_needs_words(tmp_path, both):
    made = judged(summed().sif)
    Matcher(None, untrained().network, {}, judge=made.judge).save(str(tmp_path / "a.sim"))
    with pytest.raises(ModelError, match="a judge without sif, expected both"):
        open_model(str(tmp_path / "a.sim"))
