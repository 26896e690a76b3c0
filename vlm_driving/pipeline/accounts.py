"""What each camera had of the engine, and what it waits for. Pure; `sharing` says why."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from vlm_driving.core import UserError
from vlm_driving.core.deadline import NS_PER_MS

NS_PER_S = 1_000_000_000
EARLY = 0.5
"""A frame may come by this part of a period early: jitter and odd rates cost nothing."""
OVERDUE = 0.5
"""Periods after which a frame that was expected is no longer waited for."""
LONGEST_DEBT_NS = 500 * NS_PER_MS
"""Engine time at share 1 that a camera which keeps losing frames is owed at the most."""
_FADES = 0.98  # what is left of an early frame with each next one
_NEWEST = 0.25  # weight of the newest gap in a camera's mean period


@dataclass(frozen=True, slots=True)
class CameraShare:
    """What one camera may have.

    Attributes:
        camera: its name.
        share: its weight; a camera of share 2 gets twice the engine time of one of share 1
            when there is not enough for all.
        max_rate_hz: most frames a second that are taken, in the mean; None for no limit.
    """

    camera: str
    share: float = 1.0
    max_rate_hz: float | None = None

    def __post_init__(self) -> None:
        if not (math.isfinite(self.share) and self.share > 0):
            raise UserError(
                f"The share of camera {self.camera} is a positive number, got {self.share}; "
                "1 for every camera shares the engine equally."
            )
        rate = self.max_rate_hz
        if rate is not None and not (math.isfinite(rate) and rate > 0):
            raise UserError(
                f"max_rate_hz of camera {self.camera} is a positive number of frames a second, "
                f"got {rate}; leave it out for no limit."
            )


@dataclass(frozen=True, slots=True)
class Waiting:
    """A frame in its camera's slot: when it came, and until when work on it makes sense.

    Both are monotonic; `work_until_ns` is None where there is no deadline.
    """

    offered_ns: int
    work_until_ns: int | None = None


@dataclass(frozen=True, slots=True)
class CameraAccount:
    """One camera as the scheduler sees it.

    Attributes:
        settings: its name, share and rate.
        waiting: the frame in its slot.
        virtual_ns: engine time that it had, divided by its share.
        lost: whether a frame of it went unserved since it was last served.
        last_ns: when its newest frame came that was within its rate.
        period_ns: mean time between such frames.
        early_ns: how much sooner than a period after the last one a frame has come lately.
        span_ns: time that such a frame has, from offer to `work_until_ns`.
        rate_from_ns: when the next frame is due by `max_rate_hz`.
    """

    settings: CameraShare
    waiting: Waiting | None = None
    virtual_ns: float = 0.0
    lost: bool = False
    last_ns: int | None = None
    period_ns: float | None = None
    early_ns: int = 0
    span_ns: int | None = None
    rate_from_ns: int | None = None

    def expected_ns(self, now_ns: int) -> int | None:
        """When the next frame is expected, not before now; None for a camera that is silent."""
        if self.last_ns is None or self.period_ns is None:
            return None
        if now_ns >= self.overdue_ns:
            return None
        return max(now_ns, self.next_ns)

    @property
    def next_ns(self) -> int:
        """When the next frame would be on time; 0 where that is not known."""
        if self.last_ns is None or self.period_ns is None:
            return 0
        return self.last_ns + round(self.period_ns)

    @property
    def overdue_ns(self) -> int:
        """From when on the camera counts as silent."""
        if self.last_ns is None or self.period_ns is None:
            return 0
        return self.last_ns + math.ceil((1 + OVERDUE) * self.period_ns)


@dataclass(frozen=True, slots=True)
class SharingState:
    """All cameras, in the order of the settings.

    Attributes:
        cameras: their accounts.
        ahead_ns: how far a camera may run ahead of its share, ns of engine time at share 1.
        level_ns: the virtual time of the frame that was begun last.
        in_work: frames that were begun and are not settled.
        lost: whether a frame went unserved in this busy stretch.
    """

    cameras: tuple[CameraAccount, ...]
    ahead_ns: int = 50 * NS_PER_MS
    level_ns: float = 0.0
    in_work: int = 0
    lost: bool = False

    def of(self, camera: str) -> CameraAccount:
        """The account of `camera`. Raises ValueError for one that the settings do not name."""
        for account in self.cameras:
            if account.settings.camera == camera:
                return account
        raise ValueError(f"no camera {camera!r} shares the engine")


def open_sharing(cameras: Sequence[CameraShare], ahead_ms: float = 50.0) -> SharingState:
    """All cameras at level, none with a frame. Raises UserError for a camera named twice."""
    names = [one.camera for one in cameras]
    for name in names:
        if names.count(name) > 1:
            raise UserError(f"Camera {name} is named twice; give each camera a name of its own.")
    if not (math.isfinite(ahead_ms) and ahead_ms >= 0):
        raise UserError(f"ahead_ms is zero or more milliseconds, got {ahead_ms}; 50 is usual.")
    return SharingState(tuple(map(CameraAccount, cameras)), round(ahead_ms * NS_PER_MS))


def above_rate(state: SharingState, camera: str, offered_ns: int) -> str | None:
    """Why a frame that came at `offered_ns` is above its camera's rate; None if it is not."""
    account = state.of(camera)
    rate = account.settings.max_rate_hz
    if rate is None or account.rate_from_ns is None:
        return None
    if offered_ns >= account.rate_from_ns - EARLY * NS_PER_S / rate:
        return None
    return f"above max_rate_hz {rate:g} of camera {camera}"


def offer(state: SharingState, camera: str, frame: Waiting) -> SharingState:
    """`frame` is in its camera's slot now; one that was there before has lost its place.

    Ask `above_rate` first: a frame that is above the rate is not offered.
    """
    if state.in_work == 0 and all(one.waiting is None for one in state.cameras):
        state = _idle(state)
    account = state.of(camera)
    lost = account.waiting is not None
    # Who asked and got nothing keeps what it is owed; who was silent has saved nothing up.
    owed_ns = LONGEST_DEBT_NS if account.lost or lost else state.ahead_ns
    account = replace(
        account,
        waiting=frame,
        lost=account.lost or lost,
        virtual_ns=max(account.virtual_ns, state.level_ns - owed_ns),
        last_ns=frame.offered_ns,
        period_ns=_period(account, frame.offered_ns),
        early_ns=_early(account, frame.offered_ns),
        span_ns=None if frame.work_until_ns is None else frame.work_until_ns - frame.offered_ns,
        rate_from_ns=_rate_from(account, frame.offered_ns),
    )
    return replace(_with(state, account), lost=state.lost or lost)


def withdraw(state: SharingState, camera: str) -> SharingState:
    """The frame of `camera` is closed without having been begun."""
    account = replace(state.of(camera), waiting=None, lost=True)
    return replace(_with(state, account), lost=True)


def begin(state: SharingState, camera: str, expected_ns: int) -> SharingState:
    """The frame of `camera` goes to the engine, for `expected_ns` of its time by the figures."""
    account = state.of(camera)
    state = replace(
        state,
        level_ns=max(state.level_ns, account.virtual_ns),
        in_work=state.in_work + 1,
    )
    account = replace(account, waiting=None, lost=False)
    return _charge(state, account, expected_ns)


def settle(
    state: SharingState,
    camera: str,
    expected_ns: int,
    engine_ns: int,
    share: float | None = None,
) -> SharingState:
    """A frame that was begun has left the engine after `engine_ns` of its time.

    A backend that hangs is no fault of the camera: count no more than up to the deadline.

    Args:
        state: of all cameras.
        camera: whose frame it was.
        expected_ns: that it was charged with when it was begun.
        engine_ns: that it has taken.
        share: of its camera when it was begun; None if that has not changed.
    """
    state = replace(state, in_work=max(0, state.in_work - 1))
    return _charge(state, state.of(camera), engine_ns - expected_ns, share)


def _idle(state: SharingState) -> SharingState:
    """A new busy stretch: debts are forgotten, unless somebody went short in the last one."""
    if state.lost:
        return replace(state, lost=False)
    level = tuple(replace(one, virtual_ns=0.0) for one in state.cameras)
    return replace(state, cameras=level, level_ns=0.0)


def _charge(
    state: SharingState, account: CameraAccount, engine_ns: int, share: float | None = None
) -> SharingState:
    virtual_ns = account.virtual_ns + engine_ns / (share or account.settings.share)
    return _with(state, replace(account, virtual_ns=virtual_ns))


def _period(account: CameraAccount, offered_ns: int) -> float | None:
    """The mean period with the newest gap in it; a silence is no period."""
    if account.last_ns is None:
        return None
    gap_ns = offered_ns - account.last_ns
    if account.period_ns is None:
        return float(gap_ns)
    if gap_ns > 3 * account.period_ns:
        return account.period_ns
    return account.period_ns + _NEWEST * (gap_ns - account.period_ns)


def _early(account: CameraAccount, offered_ns: int) -> int:
    """The most of the last frames: an old one counts less and less."""
    sooner_ns = 0 if account.period_ns is None else account.next_ns - offered_ns
    return max(sooner_ns, round(_FADES * account.early_ns))


def _rate_from(account: CameraAccount, offered_ns: int) -> int | None:
    """Due times stand a period apart however early frames come, so the mean rate holds."""
    rate = account.settings.max_rate_hz
    if rate is None:
        return None
    due_ns = offered_ns if account.rate_from_ns is None else account.rate_from_ns
    return max(offered_ns, due_ns) + round(NS_PER_S / rate)


def _with(state: SharingState, account: CameraAccount) -> SharingState:
    name = account.settings.camera
    cameras = (account if one.settings.camera == name else one for one in state.cameras)
    return replace(state, cameras=tuple(cameras))
