"""What a training takes back from its checkpoint."""

from collections.abc import Mapping

from nlptool.core.store import Array, all_finite
from nlptool.errors import ModelError

KIND = "crf-checkpoint"


def take(ours: Mapping[str, Array], given: Mapping[str, Array]) -> None:
    """Fill our arrays with those of a checkpoint.

    Raises:
        ModelError: one is missing, of another kind, or not finite.
    """
    for name, array in ours.items():
        other = given.get(name)
        if other is None or other.dtype != array.dtype or other.shape != array.shape:
            raise ModelError(f"checkpoint: its {name} make no sense; it is damaged")
        if not all_finite(other):
            raise ModelError(f"checkpoint: its {name} are not all finite; it is damaged")
        array[:] = other
