"""The settings of learning from labelled pairs what a difference counts. Standard library only."""

from dataclasses import dataclass

from nlptool.core.settings import check


@dataclass(frozen=True)
class Judging:
    """How evidence on pairs is weighed, see `judge`.

    Args:
        units: of the layer of each network.
        members: networks whose scores are averaged.
        passes: times through the pairs.
        limit: pairs of one file in a pass at most, so that a large file does not outweigh
            the rest; 0: all.
        seed: of all that is random.
    """

    units: int = 32
    members: int = 3
    passes: int = 20
    limit: int = 10_000
    seed: int = 1

    def __post_init__(self) -> None:
        """Refuse what cannot be done.

        Raises:
            ConfigError: a setting is out of its range.
        """
        check(
            self,
            {
                "units": (1, 1024),
                "members": (1, 64),
                "passes": (1, 10_000),
                "limit": (0, 1_000_000_000),
                "seed": (0, 2**31 - 1),
            },
        )
