"""Which camera's frame the engine takes next: fair shares, and deadlines within them. Pure.

**What a share is.** A share is a claim on engine time, not on frames: a camera whose frames cost
twice as much gets half as many. It is a weight among those that want something. What a camera
does not use goes to the others in proportion, so:

* *Demand below capacity.* Everybody gets all they ask for and shares have nothing to decide.
  Earliest deadline first alone is then the best order there is, and it is what happens: an engine
  that falls idle with every frame served forgets all accounts, and within a busy stretch a
  camera may run `ahead_ms` of engine time ahead of the others.
* *Demand above capacity.* Earliest deadline first alone would starve somebody: of frames that
  replace each other the youngest always has the latest deadline. So each camera has a virtual
  time, the engine time that it had divided by its share (as in weighted fair queueing and stride
  scheduling). A camera is *within its share* while its virtual time is no more than `ahead_ms`
  above the least among the cameras that wait, and the earliest deadline wins among those alone
  (the rule of EEVDF). Two cameras that keep asking can thus never be further apart than
  `ahead_ms` and one frame, whatever the deadlines say.

**Nobody starves.** While camera c waits with a frame that can still be answered, every other
camera o can take at most `ahead_ms * share_o` of engine time and one frame before c is the only
one within its share. A slow engine has another way to starve: each frame of c may arrive and go
while another camera's frame is in work. A camera that has lost a frame since it was last served,
and is behind by more than `ahead_ms`, is therefore waited for, one period after its last frame: no
frame of a camera that is ahead of it is begun that would outlast the last good start of that next
one, nor shortly before it comes (cameras with one trigger are a few milliseconds apart, and who
always comes first would always find the engine free).

**No saving up.** A camera that was silent comes back at most `ahead_ms` behind the level of the
others: it does not get back what it did not ask for. One that asked and lost its frames keeps what
it is owed, up to half a second of engine time.

A frame that can no longer be done in time is passed over, and left for the watch or for the
next frame of its camera. Figures can be wrong, so one that has nearly all of its time left is
tried whatever they say: an engine that looks too slow must be measured again to be found fast.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vlm_driving.core.deadline import NS_PER_MS
from vlm_driving.pipeline.accounts import CameraAccount, SharingState, Waiting

_NEVER = 1 << 62
_LEAST_PERIOD_NS = 5 * NS_PER_MS  # frames of a burst take each other's place: no need to count them
_FRESH = 0.9  # part of its time that is left to a frame that is tried whatever the figures say


@dataclass(frozen=True, slots=True)
class Pick:
    """What to do next, and why.

    Attributes:
        camera: whose frame to begin, or None to begin nothing.
        again_ns: without a camera: when to ask again although no frame has come, or None.
        reason: one English clause.
    """

    camera: str | None
    again_ns: int | None
    reason: str


def pick(state: SharingState, now_ns: int, need_ns: int = 0) -> Pick:
    """Whose frame to begin at `now_ns`, if the engine is free.

    Args:
        state: of all cameras.
        now_ns: monotonic.
        need_ns: engine time that a frame takes until its advice (the p99); 0 where unknown.
    """
    able = [one for one in state.cameras if one.waiting and can_do(one.waiting, now_ns, need_ns)]
    if not able:
        return Pick(None, None, "no frame waits that can still be done in time")
    limit_ns = min(one.virtual_ns for one in able) + state.ahead_ns
    within = [one for one in able if one.virtual_ns <= limit_ns]
    again: list[int] = []
    kept_for = ""
    for account in sorted(within, key=_urgency):
        owed = _owed(state, account, now_ns, need_ns)
        if owed is None:
            reason = f"earliest deadline of {len(within)} within their share"
            if len(within) < len(able):
                reason += f", {len(able) - len(within)} ahead of theirs wait"
            return Pick(account.settings.camera, None, reason)
        kept_for, until_ns = owed
        again.append(until_ns)
    return Pick(None, min(again), f"kept free for {kept_for}, which has lost frames")


def due_instants(state: SharingState, now_ns: int, horizon_ns: int) -> tuple[int, ...]:
    """Until when frames have to be worked on, waiting ones and expected ones, earliest first.

    A frame is expected as early as its camera's frames have come lately.

    Args:
        state: of all cameras.
        now_ns: monotonic.
        horizon_ns: frames that are expected later than this long after `now_ns` do not count.
    """
    due: list[int] = []
    for account in state.cameras:
        if account.waiting is not None and account.waiting.work_until_ns is not None:
            due.append(account.waiting.work_until_ns)
        expected_ns = account.expected_ns(now_ns)
        if expected_ns is None or account.span_ns is None or account.period_ns is None:
            continue
        while expected_ns <= now_ns + horizon_ns:
            due.append(expected_ns - account.early_ns + account.span_ns)
            expected_ns += max(_LEAST_PERIOD_NS, round(account.period_ns))
    return tuple(sorted(one for one in due if one > now_ns))


def room_ns(due_ns: Sequence[int], now_ns: int, need_ns: int) -> int | None:
    """How long the engine can do something else without costing one of these frames its time.

    Each frame is put as late as it can be, back from the last one; what is left before the first
    is room. Below zero where there is too little time as it is; None where no frame is due.

    Args:
        due_ns: until when frames have to be worked on, earliest first; monotonic.
        now_ns: monotonic.
        need_ns: engine time a frame (the p99).
    """
    start_ns: int | None = None
    for one in reversed(due_ns):
        start_ns = (one if start_ns is None else min(one, start_ns)) - need_ns
    return None if start_ns is None else start_ns - now_ns


def can_do(frame: Waiting, now_ns: int, need_ns: int) -> bool:
    """Whether work on `frame` makes sense at `now_ns`."""
    if frame.work_until_ns is None:
        return True
    least_ns = _least_ns(frame.work_until_ns - frame.offered_ns, need_ns)
    return now_ns < frame.work_until_ns and now_ns + least_ns <= frame.work_until_ns


def _least_ns(span_ns: int, need_ns: int) -> int:
    """Time that must be left of a frame's `span_ns` for work on it to be begun."""
    return min(need_ns, round(_FRESH * span_ns))


def _urgency(account: CameraAccount) -> tuple[int, float]:
    """Earliest deadline first; among equal ones who had least."""
    frame = account.waiting
    due_ns = None if frame is None else frame.work_until_ns
    return (_NEVER if due_ns is None else due_ns, account.virtual_ns)


def _owed(
    state: SharingState, account: CameraAccount, now_ns: int, need_ns: int
) -> tuple[str, int] | None:
    """A camera that would once more find the engine taken, and how long to wait for it."""
    for other in state.cameras:
        expected_ns = other.expected_ns(now_ns)
        if other is account or other.span_ns is None or expected_ns is None:
            continue
        if other.virtual_ns + state.ahead_ns >= account.virtual_ns:
            continue
        if other.waiting is None and not other.lost:
            continue  # it asks for nothing that it does not get
        if other.waiting is not None and can_do(other.waiting, now_ns, need_ns):
            continue  # it stands in line itself
        last_start_ns = expected_ns + other.span_ns - _least_ns(other.span_ns, need_ns)
        if now_ns + need_ns > last_start_ns:
            return other.settings.camera, other.overdue_ns
        given_up_ns = other.next_ns + need_ns // 4
        if other.next_ns <= now_ns + need_ns // 2 and now_ns < given_up_ns:
            return other.settings.camera, given_up_ns
    return None
