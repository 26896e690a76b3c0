"""Other shares and rates for the same cameras, while they run. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from vlm_driving.pipeline.accounts import NS_PER_S, CameraAccount, CameraShare, SharingState


def reshare(state: SharingState, cameras: Sequence[CameraShare]) -> SharingState:
    """The same cameras with other shares and rates from now on.

    Engine time that a camera had stays on its account as it was reckoned. Where a rate is new, the
    next frame is due by it, and the camera's period is learnt anew.

    Args:
        state: of all cameras.
        cameras: the same ones, in any order.

    Raises:
        ValueError: for other cameras than those of `state`.
    """
    given = {one.camera: one for one in cameras}
    known = [one.settings.camera for one in state.cameras]
    if sorted(known) != sorted(one.camera for one in cameras):
        raise ValueError(f"the cameras are {', '.join(known)}, got {', '.join(given) or 'none'}")
    accounts = (_reshared(one, given[one.settings.camera]) for one in state.cameras)
    return replace(state, cameras=tuple(accounts))


def _reshared(account: CameraAccount, settings: CameraShare) -> CameraAccount:
    old, rate = account.settings, settings.max_rate_hz
    account = replace(account, settings=settings)
    if rate == old.max_rate_hz:
        return account
    due_ns = None
    if rate is not None and account.last_ns is not None:
        due_ns = account.last_ns + round(NS_PER_S / rate)
    return replace(account, rate_from_ns=due_ns, period_ns=None, early_ns=0)
