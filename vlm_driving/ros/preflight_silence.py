"""Why no frames come, or fewer than were sent. Pure.

What the middleware tells is used first; what cannot be told from here (whether the publisher is
in another container, whether a fragment was lost in a socket) is named as what to try.
"""

from __future__ import annotations

from vlm_driving.core.deadline import NS_PER_MS
from vlm_driving.ros.camera_topic import COMPRESSED, IMAGE, IMAGE_TYPES, CameraTopic
from vlm_driving.ros.port import Qos
from vlm_driving.ros.preflight_causes import Cause, CauseKind, PreflightSettings
from vlm_driving.ros.topic_names import nearest, single_slashes, under_namespace

BUFFER_BYTES = 4 << 20
"""Below this, raw images of a vehicle's camera lose fragments."""

_NODES_SHOWN = 4
_BUFFER_REMEDY = (
    "raise net.core.rmem_max to 2147483647 and, for Cyclone DDS, set <Internal>"
    '<SocketReceiveBufferSize min="4MB"/></Internal>, or subscribe to the compressed topic'
)


def silence(view: CameraTopic, settings: PreflightSettings) -> tuple[Cause, ...]:
    """The causes that keep frames from coming, likeliest first; none if they come."""
    name_fault = _double_slash(view)
    if name_fault is not None:
        return (name_fault,)
    if view.silent_ns < settings.patience_ms * NS_PER_MS:
        return _lost(view, settings)
    if not view.publishers:
        return (_no_publisher(view),)
    wrong = _wrong_type(view) or _qos(view)
    if wrong is not None:
        return (wrong,)
    clock = view.clock
    if clock.use_sim_time and clock.ticked_ns is None:
        return ()  # no simulation runs: that is said of the clock
    if view.frames or _paused(view, settings):
        return (_stopped(view, settings),)
    return _not_delivered(view)


def qos_mismatch(offered: Qos, requested: Qos) -> str | None:
    """The policy in which a publisher offers less than is requested; None if they match."""
    if requested.reliable and not offered.reliable:
        return "reliability"
    if requested.transient_local and not offered.transient_local:
        return "durability"
    return None


def _double_slash(view: CameraTopic) -> Cause | None:
    written = view.configured or view.topic
    for name in (written, view.topic):
        if "//" in name:
            meant = single_slashes(name)
            there = " (which has a publisher)" if _is_there(view, meant) else ""
            return _cause(
                view,
                CauseKind.DOUBLE_SLASH,
                f"topic {name!r} has a double slash, which no publisher's name matches; write "
                f"{meant!r}{there}, and look for an empty namespace in the launch file.",
            )
    return None


def _is_there(view: CameraTopic, name: str) -> bool:
    return any(one.name == name for one in view.image_topics)


def _no_publisher(view: CameraTopic) -> Cause:
    domain = view.middleware.domain_id
    slashed = [one.name for one in view.image_topics if "//" in one.name]
    meant = next((name for name in slashed if single_slashes(name) == view.topic), None)
    if meant is not None:
        return _cause(
            view,
            CauseKind.DOUBLE_SLASH,
            f"nobody publishes {view.topic!r}, but somebody publishes {meant!r} with a double "
            "slash; give its node a namespace that is not empty and does not end in a slash.",
        )
    other = under_namespace(view.topic, view.image_topics)
    if other is not None:
        return _cause(
            view,
            CauseKind.MISSING_NAMESPACE,
            f"nobody publishes {view.topic!r}, but {other!r} has a publisher and differs only in "
            "its namespace; set this camera's topic to it, or correct the namespace.",
        )
    near = nearest(view.topic, view.image_topics)
    if near:
        return _cause(
            view,
            CauseKind.NO_PUBLISHER,
            f"nobody publishes {view.topic!r}; the nearest topics with images are "
            f"{', '.join(near)}, so set this camera's topic to the right one or remap it.",
        )
    if view.middleware.other_topics:
        return _cause(
            view,
            CauseKind.NO_PUBLISHER,
            f"nobody publishes {view.topic!r}, nor any other image on domain {domain}; start the "
            "camera's driver, the simulator or the bag.",
        )
    return _cause(
        view,
        CauseKind.NOTHING_SEEN,
        f"nobody publishes {view.topic!r}, and no other node is seen on domain {domain}; start the "
        "camera's driver, or use its ROS_DOMAIN_ID and check ROS_LOCALHOST_ONLY, "
        "ROS_AUTOMATIC_DISCOVERY_RANGE and the network's multicast.",
    )


def _wrong_type(view: CameraTopic) -> Cause | None:
    types = sorted({one.type_name for one in view.publishers})
    if view.type_name in types:
        return None
    said = " and ".join(types)
    image = next((one for one in types if one in IMAGE_TYPES), None)
    if image is not None:
        transport = {IMAGE: "raw", COMPRESSED: "compressed"}[image]
        remedy = f"set this camera's transport to {transport}"
    else:
        remedy = f"only {IMAGE} and {COMPRESSED} can be read, so republish it as one of them"
    return _cause(
        view,
        CauseKind.WRONG_TYPE,
        f"{view.topic!r} carries {said}, not {view.type_name}; {remedy}.",
    )


def _qos(view: CameraTopic) -> Cause | None:
    offers = [one.qos for one in view.publishers if one.qos is not None]
    told = [qos_mismatch(offer, view.requested) for offer in offers]
    # Of a notice nobody says when it is over: what the graph tells of a policy now comes first.
    known = {"type"} | ({"reliability", "durability"} if told else set())
    noticed = {one.lower() for one in view.incompatible} - known
    if not noticed and (not told or None in told):
        return None  # one that matches is enough for frames to come
    policies = ", ".join(sorted(noticed | {policy for policy in told if policy is not None}))
    return _cause(
        view,
        CauseKind.QOS_MISMATCH,
        f"{view.topic!r} has a publisher whose QoS does not match ({policies}); remove this "
        "camera's qos_overrides (best effort, volatile matches every publisher), or set them to "
        "what `ros2 topic info -v` shows.",
    )


def _paused(view: CameraTopic, settings: PreflightSettings) -> bool:
    clock = view.clock
    if not clock.use_sim_time or clock.ticked_ns is None:
        return False
    # Half the patience: the clock is looked at now and then, so that its last tick is known late.
    return view.now_ns - clock.ticked_ns >= settings.patience_ms * NS_PER_MS / 2


def _stopped(view: CameraTopic, settings: PreflightSettings) -> Cause:
    seconds = view.silent_ns / 1e9
    if _paused(view, settings):
        return _cause(
            view,
            CauseKind.CLOCK_STOPPED,
            f"no frame has come for {seconds:.1f} s, and /clock stands still as well; resume the "
            "simulation or the bag.",
        )
    return _cause(
        view,
        CauseKind.FRAMES_STOPPED,
        f"no frame has come on {view.topic!r} for {seconds:.1f} s although its publisher is still "
        f"there after {view.frames} frames; look at the camera's driver, its cable and its log.",
    )


def _not_delivered(view: CameraTopic) -> tuple[Cause, ...]:
    there = f"{view.topic!r} has a publisher, but no frame has come"
    middleware, causes = view.middleware, []
    fast = not middleware.name or "fast" in middleware.name.lower()
    if fast and middleware.fastdds_transports.upper() not in ("UDPV4", "UDPV6"):
        causes.append(
            _cause(
                view,
                CauseKind.SHARED_MEMORY,
                f"{there}, which is what Fast DDS's shared memory does between containers or "
                "users; set FASTDDS_BUILTIN_TRANSPORTS=UDPv4 on both sides, or share /dev/shm and "
                "the IPC namespace.",
            )
        )
    buffer = middleware.receive_buffer_bytes
    if view.type_name == IMAGE and (buffer is None or buffer < BUFFER_BYTES):
        size = "may be too small" if buffer is None else f"of {buffer} bytes are too small"
        causes.append(
            _cause(
                view,
                CauseKind.SOCKET_BUFFERS,
                f"{there}: the socket buffers {size} for raw images; {_BUFFER_REMEDY}.",
            )
        )
    if causes:
        return tuple(causes)
    return (
        _cause(
            view,
            CauseKind.NOT_DELIVERED,
            f"{there}; check with `ros2 topic hz {view.topic}` on this machine that it publishes "
            f"at all, then the firewall and the network interface of domain {middleware.domain_id} "
            "(UDP from port 7400 up).",
        ),
    )


def _lost(view: CameraTopic, settings: PreflightSettings) -> tuple[Cause, ...]:
    heads = view.heads
    if not heads or not view.lost:
        return ()
    sent = len(heads) + view.lost
    if view.lost / sent <= settings.lost_share:
        return ()
    if heads[-1].compressed:
        remedy = "look at the load of the network and of the camera's driver"
    elif (view.middleware.receive_buffer_bytes or 0) >= BUFFER_BYTES:
        remedy = (
            "the socket buffers are large, so look at the load of this machine, of the network and "
            "of the camera's driver, or subscribe to the compressed topic"
        )
    else:
        remedy = _BUFFER_REMEDY
    return (
        _cause(
            view,
            CauseKind.FRAMES_LOST,
            f"{view.lost} of the last {sent} frames on {view.topic!r} never arrived, as gaps in "
            f"their stamps show; {remedy}.",
        ),
    )


def two_publishers(view: CameraTopic) -> tuple[Cause, ...]:
    """Whether more than one node publishes the camera's topic."""
    same = [one for one in view.publishers if one.type_name == view.type_name]
    if len(same) < 2:
        return ()
    nodes = sorted({one.node or "an unnamed node" for one in same})
    said = ", ".join(nodes[:_NODES_SHOWN])
    return (
        _cause(
            view,
            CauseKind.TWO_PUBLISHERS,
            f"{view.topic!r} has {len(same)} publishers ({said}), so that frames of different "
            "cameras or times may mix; stop one of them, or give each camera a topic of its own.",
        ),
    )


def _cause(view: CameraTopic, kind: CauseKind, what: str) -> Cause:
    return Cause(kind, view.camera, f"Camera {view.camera}: {what}")
