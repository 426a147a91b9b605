"""What the trainings of networks have in common, without Keras."""

import numpy as np

from nlptool.cloze.attention_config import Attention
from nlptool.cloze.config import Lstm
from nlptool.cloze.judged import fitting_of, measured, told
from nlptool.cloze.questions import BLANK, question
from nlptool.neural.config import Fitting

ONE = question("a", [["小猴", "吃", BLANK, "桃子"]], answers=["桃子"])
TWO = question("b", [[BLANK, "小猫", BLANK, "妈妈"]], answers=["妈妈", "小猫"])


def test_settings_of_a_fitting():
    config = Attention(rate=0.01, precision="bfloat16", epochs=2)
    found = fitting_of(config, epochs=16)
    assert (found.rate, found.precision, found.epochs) == (0.01, "bfloat16", 16)
    lstm = Lstm()
    assert fitting_of(lstm).clip == lstm.clip == 0.0
    assert fitting_of(lstm).shrink == Fitting().shrink  # which that model has not


def test_the_score_of_what_reads_best():
    """One that points at the last word is right twice of three times."""

    def read(asked, answer):
        ((first,),) = answer([[{"n": np.zeros(1)}]])
        assert first["n"] == 1
        return [np.eye(len(one.words), dtype=np.float32)[-1] for one, _ in asked]

    def ask(batch):
        return [{"n": one["n"] + 1} for one in batch]

    assert measured([ONE, TWO], read)(ask) == {"dev": 2 / 3}


def test_a_fingerprint_is_told_all():
    assert len({told([]), told([ONE]), told([TWO]), told([ONE, TWO])}) == 4
