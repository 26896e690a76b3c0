"""What rmw_cyclonedds is told for this process alone: room for large images, and a quick end.

With the usual 208 kB of receive buffer most raw images are lost on the way in: 1280x720 BGR has
2.8 MB, in some 45 datagrams. Cyclone takes as much as the system allows (net.core.rmem_max) if it
is told so.

A publisher that is destroyed waits for each reliable subscriber that has not acknowledged
everything, by default for a second, and rclpy holds the interpreter meanwhile: with one subscriber
that hangs, the end of a node with ten topics would take ten seconds, in which launch kills it.
"""

from __future__ import annotations

from collections.abc import MutableMapping

LINGER = "<WriterLingerDuration>100ms</WriterLingerDuration>"
"""Enough for a last word to be sent again."""
_SETTINGS = {
    # `max` is asked for and not insisted on: where the system allows less, Cyclone takes that.
    "SocketReceiveBufferSize": '<SocketReceiveBufferSize max="8MB"/>',
    "WriterLingerDuration": LINGER,
}


def make_room(environment: MutableMapping[str, str]) -> bool:
    """Add the settings to `CYCLONEDDS_URI`, below the user's own; call it before rclpy.init.

    Args:
        environment: of this process.

    Returns:
        Whether any was added: none for another middleware, nor what the user sets.
    """
    own = environment.get("CYCLONEDDS_URI", "").strip()
    if "cyclonedds" not in environment.get("RMW_IMPLEMENTATION", ""):
        return False
    added = "".join(xml for name, xml in _SETTINGS.items() if name not in own)
    if not added:
        return False
    room = f"<CycloneDDS><Domain><Internal>{added}</Internal></Domain></CycloneDDS>"
    environment["CYCLONEDDS_URI"] = f"{room},{own}" if own else room
    return True
