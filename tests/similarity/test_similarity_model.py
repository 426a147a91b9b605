import naive_similarity as naive
import numpy as np
import pytest

from nlptool.core.store import load, publish
from nlptool.core.vocab import Vocab
from nlptool.errors import ConfigError, CorpusError, ModelError
from nlptool.similarity import grams
from nlptool.similarity.calibrate import calibrate
from nlptool.similarity.config import Config
from nlptool.similarity.duplicates import leaders
from nlptool.similarity.index import Index, build, open_index
from nlptool.similarity.items import Item
from nlptool.similarity.model import open_model, train_sif

SENTENCES = ["怎么修改密码", "密码在哪里改", "明天会下雨吗", "明天有没有雨", "我想修改密码"]


@pytest.fixture(scope="module")
def matcher():
    words = ["密码", "修改", "明天", "怎么", "雨", "下", "改", "会", "吗", "的"]
    rng = np.random.default_rng(0)
    vocab = Vocab(words, np.arange(100, 0, -10, dtype=np.int64))
    return train_sif(vocab, rng.normal(size=(10, 8)).astype(np.float32), Config(), SENTENCES)


def test_vectors_have_unit_length_and_an_empty_sentence_none(matcher):
    vectors, seen = matcher.encode([*SENTENCES, "", " \t　", "Ω"])
    assert vectors.shape == (8, 8 + 256)
    np.testing.assert_allclose(np.linalg.norm(vectors[:5], axis=1), 1, atol=1e-6)
    assert not vectors[5:7].any()
    assert vectors[7].any()
    assert (seen.n, seen.n_empty, seen.n_unknown, seen.n_truncated) == (8, 2, 1, 0)


def test_the_same_meaning_is_nearer(matcher):
    cosines, _ = matcher.score(
        ["怎么修改密码", "怎么修改密码", "一样的"], ["我想修改密码", "明天有没有雨", "一样的"]
    )
    assert cosines[0] > cosines[1]
    assert cosines[2] == pytest.approx(1, abs=1e-6)


def test_width_and_case_do_not_matter_nor_what_stands_beside(matcher):
    together, _ = matcher.encode(["ＡＢＣ　修改", "明天", "abc 修改"])
    alone, _ = matcher.encode(["abc修改"])
    np.testing.assert_allclose(together[0], together[2], atol=1e-6)
    np.testing.assert_allclose(together[0][8:], alone[0][8:], atol=1e-6)


def test_ngrams_are_the_obvious_sums():
    vocab = Vocab(["密码", "修改", "码"], np.array([50, 20, 3], np.int64))
    keys, bits, rare = grams.learn(vocab, 3)
    names = {grams.key_of(gram): gram for gram in ("密", "码", "修", "改", "密码", "修改")}
    told = {names[key]: float(value) for key, value in zip(keys.tolist(), bits, strict=True)}
    assert told["密码"] == pytest.approx(np.log(143 / 50))
    texts = ["修改密码", "密", "", "新密码abc"]
    found = grams.add_up(texts, 3, (keys, bits, rare), dim=128, seed=7)
    for text, row in zip(texts, found, strict=True):
        np.testing.assert_allclose(row, naive.add_up(text, 3, told, rare, 128, 7), atol=1e-3)


def test_save_load_save_same_answers_and_bytes(matcher, tmp_path):
    matcher.save(str(tmp_path / "a.sim"))
    again = open_model(str(tmp_path / "a.sim"))
    np.testing.assert_array_equal(again.encode(SENTENCES)[0], matcher.encode(SENTENCES)[0])
    again.save(str(tmp_path / "b.sim"))
    assert (tmp_path / "a.sim").read_bytes() == (tmp_path / "b.sim").read_bytes()


def spoilt(matcher, tmp_path, *, tensors=None, config=None, training=None):
    path = str(tmp_path / "a.sim")
    matcher.save(path)
    stored = load(path)
    publish(
        str(tmp_path / "b.sim"),
        "similarity",
        config=stored.config | (config or {}),
        training=stored.training | (training or {}),
        tensors=stored.tensors | (tensors or {}),
    )
    return str(tmp_path / "b.sim")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"config": {"rare": -1.0}}, "rare -1.0, expected a number from 0 to 1000"),
        ({"config": {"ngram_dim": 7}}, "--ngram-dim: 7, expected a multiple of 64"),
        ({"config": {"what": 1}}, "setting 'what' is 1, which this kind has not"),
        ({"tensors": {"words": np.zeros(10, np.int64)}}, "its words do not rise"),
        ({"tensors": {"rows": np.zeros((3, 8), np.float32)}}, "tensor 'rows' is float32 3 x 8"),
        ({"tensors": {"common": np.full((1, 8), np.nan, np.float32)}}, "not finite"),
        ({"training": {"calibration": {"slope": 1.0}}}, "a calibration of {'slope': 1.0}"),
    ],
)
def test_a_model_that_makes_no_sense_is_refused(matcher, tmp_path, change, message):
    with pytest.raises(ModelError) as error:
        open_model(spoilt(matcher, tmp_path, **change))
    assert message in str(error.value)


def test_calibration_finds_the_curve_and_is_kept(matcher, tmp_path):
    rng = np.random.default_rng(1)
    x = rng.uniform(-1, 1, 20_000)
    labels = rng.random(20_000) < 1 / (1 + np.exp(-(6 * x - 2)))
    found = calibrate(x, labels)
    assert found.slope == pytest.approx(6, rel=0.05)
    assert found.offset == pytest.approx(-2, rel=0.05)
    assert found.threshold == pytest.approx(1 / 3, abs=0.05)
    assert found.probability(1 / 3) == pytest.approx(0.5, abs=0.02)
    matcher.calibrated(found).save(str(tmp_path / "a.sim"))
    assert open_model(str(tmp_path / "a.sim")).calibration == found


def test_calibration_needs_both_labels_and_survives_a_clean_split():
    with pytest.raises(CorpusError, match=r"^2 pairs of the same meaning and 0 of another, expec"):
        calibrate([0.1, 0.2], [True, True])
    found = calibrate([0.1, 0.2, 0.8, 0.9], [False, False, True, True])
    assert 0.2 < found.threshold < 0.8
    assert found.probability(0.9) > 0.5 > found.probability(0.1)


@pytest.mark.parametrize("seed", range(3))
def test_duplicates_are_the_obvious_ones(seed):
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(2500, 4)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors[5] = 0
    assert leaders(vectors, 0.95).tolist() == naive.leaders(vectors, 0.95)


def test_an_index_is_searched_added_to_and_deleted_from(matcher, tmp_path):
    items = [Item(str(i), text, f'{{"n": {i}}}') for i, text in enumerate(SENTENCES)]
    index, seen = build(items, matcher)
    assert seen.n == 5
    index.save(str(tmp_path / "a.index"))
    index = open_index(str(tmp_path / "a.index"), matcher)
    assert index.items == items
    found = index.search(matcher.encode(["怎么修改密码", "明天有没有雨"])[0], 2)
    assert found.ids[:, 0].tolist() == [0, 3]
    more, _ = build([Item("1", "明天"), Item("new", "下雨")], matcher)
    both = index.added(more)
    assert [item.name for item in both.items] == ["0", "2", "3", "4", "1", "new"]
    assert [item.name for item in both.without(["0", "?"]).items] == ["2", "3", "4", "1", "new"]
    assert len(both.without(["0"]).vectors) == 5


def test_an_index_names_its_model(matcher, tmp_path):
    matcher.save(str(tmp_path / "a.sim"))
    own = open_model(str(tmp_path / "a.sim"))
    build([Item("1", "一")], own)[0].save(str(tmp_path / "a.index"))
    assert len(open_index(str(tmp_path / "a.index"), own)) == 1
    with pytest.raises(ModelError, match="made with another model, expected the one that it was"):
        open_index(str(tmp_path / "a.index"), matcher)


def test_a_name_that_occurs_twice_is_refused(matcher):
    with pytest.raises(CorpusError, match=r"^id '1': occurs twice, expected every id once$"):
        build([Item("1", "一"), Item("1", "二")], matcher)


def test_an_empty_index_finds_nothing(matcher, tmp_path):
    index, _ = build([], matcher)
    index.save(str(tmp_path / "a.index"))
    index = open_index(str(tmp_path / "a.index"))
    assert isinstance(index, Index)
    assert index.search(matcher.encode(["一"])[0], 3).ids.tolist() == [[-1, -1, -1]]


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"encoder": "bert"}, "--encoder: 'bert', expected one of sif"),
        ({"smooth": 0.0}, "--smooth: 0, expected 1e-09 to 1000"),
        ({"ngram": 4}, "--ngram: 4, expected 1 to 3"),
        ({"ngram_dim": 100}, "--ngram-dim: 100, expected a multiple of 64"),
        ({"ngram_share": float("nan")}, "--ngram-share: nan, expected 0 to 1"),
    ],
)
def test_settings_have_limits(setting, message):
    with pytest.raises(ConfigError) as error:
        Config(**setting)
    assert str(error.value) == message
