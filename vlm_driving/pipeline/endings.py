"""What a worker's own words about a failure mean to its breaker."""

from __future__ import annotations

from vlm_driving.pipeline.breaker import Ending

_SIGNS = (
    ("nothing was heard", Ending.HANG),
    ("had not ended", Ending.HANG),
    ("does not take", Ending.HANG),
    ("nonsense", Ending.GARBAGE),
    ("too many", Ending.GARBAGE),
    ("too long", Ending.GARBAGE),
    ("provider", Ending.PROVIDERS),
)


def ending_of(reason: str, alive: bool) -> Ending:
    """How a request ended that failed for `reason`, in a worker that is still `alive` or not."""
    for sign, how in _SIGNS:
        if sign in reason:
            return how
    return Ending.ERROR if alive else Ending.CRASH
