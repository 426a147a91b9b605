"""The settings of sentence similarity: names, defaults, limits."""

from dataclasses import dataclass

from nlptool.core.settings import check
from nlptool.errors import ConfigError
from nlptool.similarity.config_network import ENCODERS as NETWORKS

ENCODERS = ("sif", *NETWORKS)


@dataclass(frozen=True)
class Config:
    """How sentences become vectors.

    Args:
        encoder: sif: weighted sums of word vectors and of character n-grams, no training;
            or that of a network, see `config_network`.
        smooth: a of the weight a / (a + p) of a word with probability p.
        components: principal directions of the sentences that are removed.
        ngram: characters of the longest n-gram.
        ngram_dim: numbers for the n-grams in a vector; 0 leaves them out.
        ngram_share: how much of the cosine of two sentences is that of their n-grams.
        align: how much of the likeness of a pair is what its sentences have in common word by
            word, see `alignment`; the rest is their cosine. Not where a network stands beside.
        sample: sentences at most in which words and n-grams are counted, and from which
            the principal directions are found.
        seed: of the random directions that n-grams have.
    """

    encoder: str = "sif"
    smooth: float = 3e-3
    components: int = 0
    ngram: int = 2
    ngram_dim: int = 512
    ngram_share: float = 0.6
    align: float = 0.65
    sample: int = 200_000
    seed: int = 1

    def __post_init__(self) -> None:
        """Refuse what cannot be done.

        Raises:
            ConfigError: a setting is unknown or out of its range.
        """
        if self.encoder not in ENCODERS:
            raise ConfigError(f"--encoder: {self.encoder!r}, expected one of {', '.join(ENCODERS)}")
        check(
            self,
            {
                "smooth": (1e-9, 1e3),
                "components": (0, 10),
                "ngram": (1, 3),
                "ngram_dim": (0, 4096),
                "ngram_share": (0.0, 1.0),
                "align": (0.0, 1.0),
                "sample": (1, 10_000_000),
                "seed": (0, 2**63 - 1),
            },
        )
        if self.ngram_dim % 64:
            raise ConfigError(f"--ngram-dim: {self.ngram_dim}, expected a multiple of 64")
