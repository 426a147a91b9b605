import numpy as np
import pytest
from similarity_examples import SENTENCES, judged, summed, untrained

from nlptool.core.store import load, publish
from nlptool.similarity.calibrate import calibrate
from nlptool.similarity.model import open_model


@pytest.fixture(scope="module")
def matcher():
    return summed()


@pytest.fixture(scope="module")
def both(matcher):
    return untrained(matcher.sif, encoder="convolution", share=0.25)


def test_vectors_have_unit_length_and_an_empty_sentence_none(matcher):
    vectors, seen = matcher.encode([*SENTENCES, "", " \t　", "Ω"])
    assert vectors.shape == (8, 8 + 512)
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


def test_save_load_save_same_answers_and_bytes(matcher, tmp_path):
    matcher.save(str(tmp_path / "a.sim"))
    again = open_model(str(tmp_path / "a.sim"))
    np.testing.assert_array_equal(again.encode(SENTENCES)[0], matcher.encode(SENTENCES)[0])
    again.save(str(tmp_path / "b.sim"))
    assert (tmp_path / "a.sim").read_bytes() == (tmp_path / "b.sim").read_bytes()


@pytest.mark.parametrize("encoder", ["gru", "attention", "convolution"])
@pytest.mark.parametrize("with_words", [True, False])
def test_networks_too_are_kept_to_the_byte(matcher, tmp_path, encoder, with_words):
    made = untrained(matcher.sif if with_words else None, encoder=encoder)
    made.save(str(tmp_path / "a.sim"))
    again = open_model(str(tmp_path / "a.sim"))
    asked = [*SENTENCES, "", "改"]
    np.testing.assert_array_equal(again.encode(asked)[0], made.encode(asked)[0])
    assert again.dim == made.dim == (16 + 8 + 512 if with_words else 16)
    again.save(str(tmp_path / "b.sim"))
    assert (tmp_path / "a.sim").read_bytes() == (tmp_path / "b.sim").read_bytes()


def test_cosines_of_two_parts_are_weighted(matcher, both):
    a, b = ["怎么修改密码", "明天"], ["密码在哪里改", "明天会下雨吗"]
    network = untrained(matcher.sif, encoder="convolution").network
    words = matcher.sif.look_up([["怎么", "修改", "密码"], ["密码", "在", "哪里", "改"]])[0]
    vectors = network.encode([a[0], b[0]], words)
    of_network = float(vectors[0] @ vectors[1])
    of_sums = float(np.prod(matcher.encode([a[0], b[0]])[0], axis=0).sum())
    assert both.score(a, b)[0][0] == pytest.approx(0.25 * of_network + 0.75 * of_sums, abs=1e-5)


def test_what_a_network_cannot_read_is_counted():
    made = untrained(max_length=4)
    vectors, seen = made.encode(["怎么修改密码", "怎么修改", "Ω", ""])
    assert (seen.n, seen.n_empty, seen.n_unknown, seen.n_truncated) == (4, 1, 1, 1)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), [1, 1, 1, 0], atol=1e-6)
    np.testing.assert_allclose(vectors[0], vectors[1], atol=1e-6)


def test_padding_changes_nothing(both):
    together, _ = both.encode([*SENTENCES, "改"])
    alone = np.concatenate([both.encode([one])[0] for one in [*SENTENCES, "改"]])
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_words_in_common_stand_beside_the_cosine(matcher):
    first, second = ["怎么修改密码", "明天会下雨吗", ""], ["密码在哪里改", "明天有没有雨", "明天"]
    plain = summed(align=0.0)
    cosines = plain.score(first, second)[0]
    products = np.prod(np.split(matcher.encode([*first, *second])[0], 2), axis=0).sum(axis=1)
    np.testing.assert_allclose(cosines, products, atol=1e-6)
    words = summed(align=1.0).score(first, second)[0]
    np.testing.assert_allclose(
        matcher.score(first, second)[0], 0.65 * words + 0.35 * cosines, atol=1e-6
    )
    seen = matcher.score(["密码 " * 300], ["密码"])[1]
    assert (seen.n, seen.n_truncated) == (2, 1)


def test_a_judge_is_kept_to_the_byte_and_vectors_stay_those_of_sums(matcher, tmp_path):
    made = judged(matcher.sif)
    made.save(str(tmp_path / "a.sim"))
    again = open_model(str(tmp_path / "a.sim"))
    first, second = [*SENTENCES, "一样", "", ""], [*SENTENCES[1:], "改", "一样", "一", ""]
    likeness, seen = again.score(first, second)
    np.testing.assert_array_equal(likeness, made.score(first, second)[0])
    assert likeness[5:].tolist() == [1, 0, 0]
    assert ((likeness[:5] > 0) & (likeness[:5] < 1)).all()
    assert (seen.n, seen.n_empty) == (16, 3)
    np.testing.assert_array_equal(again.encode(SENTENCES)[0], matcher.encode(SENTENCES)[0])
    again.save(str(tmp_path / "b.sim"))
    assert (tmp_path / "a.sim").read_bytes() == (tmp_path / "b.sim").read_bytes()


def test_many_pairs_are_judged_as_few_are(matcher, monkeypatch):
    made = judged(matcher.sif)
    first, second = SENTENCES, SENTENCES[::-1]
    together = made.score(first, second)[0]
    monkeypatch.setattr("nlptool.similarity.model._AT_ONCE", 2)
    np.testing.assert_allclose(made.score(first, second)[0], together, atol=1e-6)


def test_a_model_without_the_setting_answers_as_it_did(matcher, tmp_path):
    matcher.save(str(tmp_path / "a.sim"))
    stored = load(str(tmp_path / "a.sim"))
    old = {"sif": {k: v for k, v in stored.config["sif"].items() if k != "align"}}
    publish(str(tmp_path / "b.sim"), "similarity", config=old, training={}, tensors=stored.tensors)
    assert open_model(str(tmp_path / "b.sim")).sif.config.align == 0


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
