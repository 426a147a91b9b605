from pathlib import Path

import pytest

from nlptool.core.checkpoint import Checkpoint
from nlptool.core.report import Note, Progress
from nlptool.crf.builtin import builtin_template
from nlptool.crf.config import Config
from nlptool.crf.derived import available
from nlptool.crf.formats import read_sentences
from nlptool.crf.learn import Seeing, copies_of, learn, n_features, seeing_of
from nlptool.crf.model import Tagger
from nlptool.crf.sentences import Sentence
from nlptool.crf.template import parse_template
from nlptool.errors import ConfigError, CorpusError

CORPORA = Path(__file__).parents[2] / "corpora"
TRAIN = list(read_sentences([str(CORPORA / "crf_words_train.txt")]))
DEV = list(read_sentences([str(CORPORA / "crf_words_dev.txt")]))
NAMES = list(read_sentences([str(CORPORA / "crf_names_train.bio")]))


def seeing(name: str = "simple") -> Seeing:
    columns = available(1)
    return Seeing(parse_template(builtin_template(name, columns), name, columns), ("width",))


def config(**more: object) -> Config:
    return Config(epochs=4, **more)  # type: ignore[arg-type]


def saved(tagger: Tagger, path: Path) -> bytes:
    tagger.save(str(path))
    return path.read_bytes()


def right(tagger: Tagger, sentences: list[Sentence]) -> float:
    pairs = [
        (a, b)
        for one, own in zip(tagger.tag(sentences), sentences, strict=True)
        for a, b in zip(one.labels or (), own.labels or (), strict=True)
    ]
    return sum(a == b for a, b in pairs) / len(pairs)


def test_a_model_learns_what_it_is_shown() -> None:
    told: list[object] = []
    tagger = learn(TRAIN, seeing(), config(), report=told.append)
    assert right(tagger, TRAIN) > 0.99
    assert right(tagger, DEV) > 0.85
    assert (tagger.labels, tagger.scheme, tagger.unit) == (("B", "E", "M", "S"), "bmes", "char")
    assert tagger.training["epochs"] == 4
    assert tagger.training["best_score"] is None
    assert tagger.training["features"] == n_features(tagger.features)
    notes = [one.text for one in told if isinstance(one, Note)]
    assert any(isinstance(one, Progress) for one in told)
    n_tokens = sum(map(len, TRAIN))
    (size,) = (text for text in notes if "training takes" in text)
    assert size.startswith(
        f"{len(TRAIN)} sentences, {n_tokens:,} tokens, 4 labels, "
        f"{n_features(tagger.features):,} features: training takes about "
    )


def test_a_development_set_says_when_it_is_best() -> None:
    heard: list[float] = []
    tagger = learn(TRAIN, seeing("zh"), config(), dev=DEV, tell=heard.append)
    assert len(heard) == tagger.training["epochs"]
    assert tagger.training["best_score"] == max(heard)
    assert heard.index(max(heard)) + 1 == tagger.training["best_epoch"]
    assert 0.7 < max(heard) < 1


def test_a_development_set_without_labels() -> None:
    with pytest.raises(CorpusError) as error:
        learn(TRAIN, seeing(), config(), dev=[Sentence("甲", None, (), 3, "dev.txt")])
    assert str(error.value) == "dev.txt:3: a development sentence without labels, expected some"


def test_labels_that_training_never_saw_are_wrong() -> None:
    heard: list[float] = []
    dev = [Sentence("沈志明", ["B-NEW", "I-NEW", "I-NEW"])]
    learn(NAMES, seeing(), Config(epochs=1), dev=dev, tell=heard.append)
    assert heard == [0]


def test_threads_change_nothing(tmp_path: Path) -> None:
    one, two = (
        saved(learn(TRAIN, seeing("zh"), config(threads=n), dev=DEV), tmp_path / str(n))
        for n in (1, 2)
    )
    assert one == two


def test_an_interrupted_training_ends_the_same(tmp_path: Path) -> None:
    whole = saved(learn(TRAIN, seeing(), config(), dev=DEV), tmp_path / "whole")
    path = str(tmp_path / "checkpoint")
    n_calls = 0

    def stop(event: Note | Progress) -> None:
        nonlocal n_calls
        n_calls += isinstance(event, Progress) and event.stage == "training"
        if n_calls == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        learn(
            TRAIN,
            seeing(),
            config(),
            dev=DEV,
            checkpoint=Checkpoint(path, "crf-checkpoint", 60),
            report=stop,
        )
    again = Checkpoint(path, "crf-checkpoint", resume=True)
    rest = learn(TRAIN, seeing(), config(), dev=DEV, checkpoint=again)
    assert saved(rest, tmp_path / "rest") == whole
    with pytest.raises(CorpusError, match="made from another corpus"):
        learn(TRAIN, seeing(), config(), dev=DEV[1:], checkpoint=again)


def test_more_text_and_more_labels(tmp_path: Path) -> None:
    first = learn(TRAIN, seeing(), config())
    more = [Sentence("他们去了月牙泉", "BESSBME"), Sentence("未知", ["O", "O"])]
    again = learn(more, seeing_of(first), Config(epochs=2), init=first)
    assert again.labels == ("B", "E", "M", "O", "S")
    # What was known before still is, and what is new is known too.
    assert right(again, TRAIN) > 0.97
    assert right(again, more) == 1
    assert saved(again, tmp_path / "a") == saved(
        learn(more, seeing_of(first), Config(epochs=2), init=first), tmp_path / "b"
    )


def test_one_label_and_empty_sentences() -> None:
    tagger = learn([Sentence("甲"), Sentence(""), Sentence("乙", "S")], seeing(), config())
    (found,) = tagger.tag([Sentence("丙丁")])
    assert (found.labels, tagger.labels) == ("SS", ("S",))


def test_far_too_many_labels() -> None:
    text = "".join(map(chr, range(0x4E00, 0x4E00 + 2500)))
    sentences = [Sentence(text, [f"L{i}" for i in range(2500)])]
    with pytest.raises(ConfigError) as error:
        learn(sentences, seeing(), config())
    assert str(error.value) == (
        "the corpus has 2,500 different labels, expected at most 2,000; is the label's column the "
        "right one?"
    )


def test_memory_is_kept_to_by_leaving_out_rare_features() -> None:
    told: list[object] = []
    tagger = learn(TRAIN, seeing(), config(), memory=400_000, report=told.append)
    assert tagger.features.min_count > 1
    assert any(isinstance(one, Note) and one.text.startswith("--memory: ") for one in told)


def test_lbfgs_needs_more_memory() -> None:
    takes: list[float] = []
    for algorithm in ("sgd", "lbfgs"):
        told: list[object] = []
        learn(TRAIN, seeing(), config(algorithm=algorithm), report=told.append)
        (size,) = (one.text for one in told if isinstance(one, Note) and "takes" in one.text)
        takes.append(float(size.split()[-2].replace(",", "")))
    assert copies_of(Config(average=False)) == 3
    assert copies_of(Config(algorithm="lbfgs", l1=1)) == copies_of(Config(algorithm="lbfgs")) + 2
    assert takes[1] > 1.5 * takes[0]


def test_words_as_tokens() -> None:
    sentences = [Sentence(["the", "dog"], ["d", "n"]), Sentence(["a", "b"], ["d", "n"])] * 5
    assert learn(sentences, seeing(), config()).unit == "word"


@pytest.mark.parametrize(("n_words", "unit"), [(1, "char"), (3, "word"), (5, "word")])
def test_most_sentences_say_what_a_token_is(n_words: int, unit: str) -> None:
    characters = [Sentence("甲乙丙", "BES")] * 3
    words = [Sentence(["甲乙", "1998"], ["n", "m"])] * n_words
    told: list[object] = []
    tagger = learn([*characters, *words], seeing(), config(), report=told.append)
    assert tagger.unit == unit
    kind = "words" if unit == "word" else "characters"
    wanted = f"in {n_words} of {3 + n_words} sentences: the model is one of {kind}"
    assert Note(f"tokens of several characters {wanted}") in told
