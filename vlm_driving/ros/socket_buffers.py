"""Room for large images in the receive buffers of rmw_cyclonedds, for this process alone.

With the usual 208 kB most raw images are lost on the way in: 1280x720 BGR has 2.8 MB, in some 45
datagrams. Cyclone takes as much as the system allows (net.core.rmem_max) if it is told so.
"""

from __future__ import annotations

from collections.abc import MutableMapping

MOST = "8MB"
_NAME = "SocketReceiveBufferSize"


def make_room(environment: MutableMapping[str, str]) -> bool:
    """Add the setting to `CYCLONEDDS_URI`, below the user's own; call it before rclpy.init.

    Args:
        environment: of this process.

    Returns:
        Whether it was added: not for another middleware, nor where the user sets it.
    """
    own = environment.get("CYCLONEDDS_URI", "").strip()
    if "cyclonedds" not in environment.get("RMW_IMPLEMENTATION", "") or _NAME in own:
        return False
    # `max` is asked for and not insisted on: where the system allows less, Cyclone takes that.
    room = f'<CycloneDDS><Domain><Internal><{_NAME} max="{MOST}"/></Internal></Domain></CycloneDDS>'
    environment["CYCLONEDDS_URI"] = f"{room},{own}" if own else room
    return True
