"""Shares with their intervals, and whether two runs differ; the arithmetic is SciPy's."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from statistics import NormalDist
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, computed_field

CONFIDENCE = 0.95
RESAMPLES = 2_000
POWER = 0.8


class Rate(BaseModel):
    """A share of something, `count` of `total`, with the bounds of its Wilson score interval at 95 %."""

    model_config = ConfigDict(frozen=True)

    count: int
    total: int

    @computed_field  # type: ignore[prop-decorator]
    @property
    def value(self) -> float | None:
        """The share, or null where there is nothing to have a share of."""
        return self.count / self.total if self.total else None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def interval(self) -> tuple[float, float] | None:
        """Lower and upper bound (E. B. Wilson, "Probable inference, the law of succession ...", 1927)."""
        if not self.total:
            return None
        z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
        share, spread = self.count / self.total, z * z / self.total
        middle = (share + spread / 2) / (1 + spread)
        half = z / (1 + spread) * sqrt(share * (1 - share) / self.total + spread / (4 * self.total))
        # At the ends the bound is 0 or 1 itself, but for rounding.
        return (0.0 if self.count == 0 else middle - half, 1.0 if self.count == self.total else middle + half)


class Difference(NamedTuple):
    """How much the second of two paired series is above the first: the mean, and its interval at 95 %."""

    mean: float
    low: float
    high: float


def mcnemar(lost: int, won: int) -> float:
    """The exact two-sided p-value that pairs change in both directions alike (Q. McNemar, 1947).

    `lost` pairs went from right to wrong, `won` from wrong to right.
    """
    from scipy.stats import binomtest

    return 1.0 if lost + won == 0 else float(binomtest(lost, lost + won, 0.5).pvalue)


FEWEST_CHANGED = 6
"""Pairs that have to differ before a bootstrap says anything: with fewer, all of one sign come by chance too often."""


def paired(before: Sequence[float], after: Sequence[float]) -> Difference:
    """The mean difference of paired values, with a bootstrap interval; the same for the same values."""
    import numpy as np
    from scipy.stats import bootstrap

    differences = np.asarray(after, dtype=float) - np.asarray(before, dtype=float)
    mean = float(differences.mean()) if len(differences) else 0.0
    if not differences.any():
        return Difference(mean, mean, mean)
    if np.count_nonzero(differences) < FEWEST_CHANGED:
        widest = float(np.abs(differences).max())
        return Difference(mean, mean - widest, mean + widest)
    found = bootstrap(
        (differences,),
        np.mean,
        n_resamples=RESAMPLES,
        confidence_level=CONFIDENCE,
        method="percentile",
        rng=np.random.default_rng(0),
    ).confidence_interval
    return Difference(mean, float(found.low), float(found.high))


def least_visible(pairs: int, changed: int) -> float:
    """The smallest difference of two paired shares that so many pairs show in four of five tries, at 95 %.

    `changed` of the pairs differ; where none does, one is taken to. From the normal approximation to McNemar's test
    (R. J. Connett et al., 1987).
    """
    if not pairs:
        return 1.0
    discordant = max(changed, 1) / pairs
    z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2) + NormalDist().inv_cdf(POWER)
    return float(min(1.0, z * (discordant / pairs) ** 0.5))
