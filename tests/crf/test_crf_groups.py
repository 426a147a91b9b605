import numpy as np

from nlptool.crf.groups import groups_of, new_memory
from tests.crf.test_crf_kernels_groups import FAR, KINDS
from tests.crf_taggers import EDGES, WORDS, tagger_of


def test_who_is_in_a_group() -> None:
    tagger = tagger_of(WORDS, KINDS)
    groups = tagger.grouped.groups
    shapes = tagger.features.template.shapes
    left = [slot.text for k in groups.left for slot in shapes[k].slots]
    # Of tokens; of a token and a neighbour; of two sources; of nothing at all.
    names = {text.split(":")[0] for text in left}
    assert names == {"U0", "U1", "U2", "U13", "U14", "U15"}
    # Types and repetition; words; words with a token.
    assert groups.plan.tolist() == [[0, 0, -2, 1], [1, 0, -1, 1], [1, 1, 0, 0]]
    sizes = tagger.features.columns.sizes
    names = tagger.features.columns.names
    n_kinds = np.prod([sizes[names.index(name)] for name in ("type", "same1", "same2")])
    n_words = np.prod([sizes[names.index(f"self.{x}")] for x in ("begin", "inside", "end")])
    assert groups.states.tolist() == [n_kinds, n_words, n_words]


def test_what_is_too_much_for_a_key_is_hashed() -> None:
    groups = tagger_of(WORDS, FAR).grouped.groups
    assert groups.plan.tolist() == [[0, 0, -8, 8]]
    assert groups.states.tolist() == [0]


def test_pairs_of_labels_have_no_groups() -> None:
    tagger = tagger_of(WORDS, EDGES + "U9:%x[0,type]\n")
    groups = groups_of(tagger.features, tagger.layout)
    assert groups.left.tolist() == list(range(len(tagger.features.template.shapes)))
    assert len(groups.plan) == 0


def test_cells_hold_a_key_and_all_scores() -> None:
    groups = tagger_of(WORDS, KINDS).grouped.groups
    for n_labels in (1, 2, 3, 4, 5, 6, 7, 30):
        memory = new_memory(groups, n_labels)
        assert 8 * memory.size >= 8 + 4 * n_labels
        assert memory.words.ctypes.data % 64 == 0
        ends = memory.begins + (2 * memory.size << (64 - memory.shifts.astype(np.int64)))
        assert ends.tolist() == [*memory.begins[1:].tolist(), len(memory.words)]
        assert memory.words.nbytes < 1 << 21
