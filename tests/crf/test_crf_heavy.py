from nlptool.crf.heavy import Weighed, heaviest
from tests.crf_taggers import EDGES, NAMES, WORDS, tagger_of
from tests.naive_crf_tag import weights_by_name


def test_all_weights_are_there_largest_first() -> None:
    for template in ("U0:%x[0,0]\nU1:%x[0,0]/%x[1,0]\nB\n", EDGES):
        tagger = tagger_of(WORDS, template)
        names = tagger.labels
        found = list(heaviest(tagger, None))
        wanted: dict[tuple[str, str], float] = {}
        for name, weights in weights_by_name(tagger).items():
            for y, label in enumerate(names):
                if weights.ndim == 1:
                    wanted[label, name] = float(weights[y])
                    continue
                for x, left in enumerate(names):
                    wanted[f"{left} -> {label}", name] = float(weights[x, y])
        for y, label in enumerate(names):
            wanted[label, "(first)"] = float(tagger.weights.start[y])
            wanted[label, "(last)"] = float(tagger.weights.end[y])
            for x, left in enumerate(names):
                wanted[f"{left} -> {label}", "B"] = float(tagger.weights.transitions[x, y])
        assert {(one.label, one.feature): one.weight for one in found} == wanted
        for label in names:
            sizes = [abs(one.weight) for one in found if one.label == label]
            assert sizes == sorted(sizes, reverse=True)


def test_the_heaviest_of_one_label() -> None:
    tagger = tagger_of(NAMES)
    every = list(heaviest(tagger, None, ["O"]))
    own = [one for one in every if one.label == "O"]
    pairs = [one for one in every if one.label != "O"]
    assert {one.label.partition(" -> ")[2] for one in pairs} == {"O"}
    assert list(heaviest(tagger, 3, ["O"])) == [*own[:3], *pairs[:3]]


def test_what_weighs_nothing_is_left_out() -> None:
    tagger = tagger_of(WORDS)
    for values in (*tagger.weights.values, tagger.weights.transitions, tagger.weights.end):
        values[:] = 0
    tagger.weights.start[:] = (0, 0, 0, 1)
    assert list(heaviest(tagger, 5)) == [Weighed("S", 1.0, "(first)")]
