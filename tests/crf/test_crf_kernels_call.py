"""A loss called by its address is the loss."""

import numpy as np
import pytest
from numba import njit

from nlptool.crf.kernels_call import address_of, call
from nlptool.crf.kernels_sentence import DECODERS
from tests.crf_losses import Case

HOW = [("crf", False), ("crf", True), ("softmax", True), ("memm", True)]


@njit
def called(address, args):
    return call(address, *args)


@pytest.mark.parametrize(("decoder", "by_position"), HOW)
def test_it_is_the_same_loss(decoder, by_position, monkeypatch):
    case = Case(4, 3, 1, edges=True)
    classes = np.array([1.0, 0.5, 2.0]) if by_position else None
    want = case.gradient(decoder, "nll", 0.0, classes)
    address = address_of(DECODERS[decoder], by_position=by_position)

    def by_address(*args):
        gold = args[3].copy()
        gold.flags.writeable = False
        return called(address, (*args[:3], gold, *args[4:]))

    name = {"crf": ("sequence_loss", "marginal_loss")[by_position]}.get(decoder, "local_loss")
    monkeypatch.setattr(f"tests.crf_losses.{name}", by_address)
    got = case.gradient(decoder, "nll", 0.0, classes)
    assert got[0] == want[0]
    for one, other in zip(got[1:], want[1:], strict=True):
        assert one.tolist() == other.tolist()


def test_each_loss_has_one_address():
    found = [address_of(DECODERS[decoder], by_position=by) for decoder, by in HOW]
    again = [address_of(DECODERS[decoder], by_position=by) for decoder, by in HOW]
    assert found == again
    # Labels by themselves and given the one before are one kernel.
    assert len(set(found)) == 3
    assert found[2] == found[3]
