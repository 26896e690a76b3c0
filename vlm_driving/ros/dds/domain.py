"""The one DDS domain of a process: its settings, and its life as long as a port uses it."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cyclonedds.core import DDSException
from cyclonedds.domain import Domain

from vlm_driving.core import UserError
from vlm_driving.ros.socket_buffers import LINGER

RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024
"""With the usual 208 kB, about half of the 2.8 MB images at 20 Hz were lost."""
RMEM_MAX = Path("/proc/sys/net/core/rmem_max")
MOST_DOMAIN = 232

_LOCK = threading.Lock()
_OPEN: dict[int, tuple[Any, int]] = {}  # domain id -> its entity, how many ports use it


def domain_id(environment: Mapping[str, str] = os.environ) -> int:
    """`ROS_DOMAIN_ID`, 0 without. Raises UserError for what is no domain."""
    text = environment.get("ROS_DOMAIN_ID", "").strip() or "0"
    if not (text.isascii() and text.isdecimal()) or int(text) > MOST_DOMAIN:
        raise UserError(f"ROS_DOMAIN_ID is {text!r}: set it to a number from 0 to {MOST_DOMAIN}.")
    return int(text)


def settings_xml(buffer_bytes: int | None, environment: Mapping[str, str] = os.environ) -> str:
    """Cyclone's settings: the receive buffer, a quick end whoever hangs, the reach, the user's.

    Args:
        buffer_bytes: least receive buffer of a socket; None leaves it as it is.
        environment: `CYCLONEDDS_URI` comes last, so that it wins; `ROS_LOCALHOST_ONLY` and
            `ROS_AUTOMATIC_DISCOVERY_RANGE` as ROS understands them.
    """
    buffer = ""
    if buffer_bytes is not None:
        buffer = f'<SocketReceiveBufferSize min="{buffer_bytes}B"/>'
    parts = [f"<CycloneDDS><Domain><Internal>{buffer}{LINGER}</Internal></Domain></CycloneDDS>"]
    reach = environment.get("ROS_AUTOMATIC_DISCOVERY_RANGE", "").upper()
    own = environment.get("CYCLONEDDS_URI", "").strip()
    if environment.get("ROS_LOCALHOST_ONLY") == "1" or reach == "LOCALHOST":
        # Cyclone refuses an interface that is named twice, and the user's may be this one.
        interface = '<Interfaces><NetworkInterface address="127.0.0.1"/></Interfaces>'
        parts.append(
            f"<CycloneDDS><Domain><General>{'' if '<NetworkInterface' in own else interface}"
            "<AllowMulticast>false</AllowMulticast></General>"
            "<Discovery><ParticipantIndex>auto</ParticipantIndex>"
            "<MaxAutoParticipantIndex>32</MaxAutoParticipantIndex>"
            '<Peers><Peer address="localhost"/></Peers></Discovery></Domain></CycloneDDS>'
        )
    parts.append(own)
    return ",".join(part for part in parts if part)


def small_buffer(wanted_bytes: int = RECEIVE_BUFFER_BYTES, limit_file: Path = RMEM_MAX) -> int:
    """The system's limit for a receive buffer, bytes, if it is below `wanted_bytes`; else 0."""
    try:
        limit = int(limit_file.read_text())
    except (OSError, ValueError):
        return 0  # another system: Cyclone says by itself what it cannot have
    return limit if limit < wanted_bytes else 0


def open_domain(number: int, buffer_bytes: int = RECEIVE_BUFFER_BYTES) -> str:
    """Use the domain; the first use makes it. Returns a sentence of warning, or nothing.

    Raises:
        UserError: Cyclone refuses it, as with a broken CYCLONEDDS_URI.
    """
    with _LOCK:
        if number in _OPEN:
            entity, users = _OPEN[number]
            _OPEN[number] = (entity, users + 1)
            return ""
        limit = small_buffer(buffer_bytes)
        # A buffer that the system refuses would be an error, and with it no frame at all.
        least = limit or buffer_bytes
        try:
            entity = Domain(number, settings_xml(least))
        except DDSException:
            try:
                entity, limit = Domain(number, settings_xml(None)), limit or -1
            except DDSException as error:
                raise UserError(
                    f"Cyclone DDS cannot open domain {number} ({error}): check CYCLONEDDS_URI "
                    "and the network interfaces."
                ) from error
        _OPEN[number] = (entity, 1)
    if not limit:
        return ""
    return (
        f"The system allows a receive buffer of less than {buffer_bytes} bytes, so large images "
        f"may be lost: run `sudo sysctl -w net.core.rmem_max={buffer_bytes}`."
    )


def close_domain(number: int) -> None:
    """End one use; the last one ends the domain."""
    with _LOCK:
        entity, users = _OPEN[number]
        if users > 1:
            _OPEN[number] = (entity, users - 1)
            return
        del _OPEN[number]
        del entity  # which ends its threads
