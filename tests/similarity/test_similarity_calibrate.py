import pytest

from nlptool.errors import CorpusError
from nlptool.similarity.calibrate import calibrate


def test_calibration_needs_both_labels_and_survives_a_clean_split():
    with pytest.raises(CorpusError, match=r"^2 pairs of the same meaning and 0 of another, expec"):
        calibrate([0.1, 0.2], [True, True])
    found = calibrate([0.1, 0.2, 0.8, 0.9], [False, False, True, True])
    assert 0.2 < found.threshold < 0.8
    assert found.probability(0.9) > 0.5 > found.probability(0.1)
