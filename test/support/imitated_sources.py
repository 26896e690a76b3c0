"""Publishers that imitate what the presets are for; read in the sources, none of them was run.

Topic, type, encoding, step, QoS, stamps, frame_id, the ego speed and /clock are as the source has
them. The size of the pictures and the road are not: the left half is red or blue, the right half
is green, with noise, since a camera that shows the same picture again counts as frozen.

Read in: carla-simulator/ros-bridge (bridge.py, camera.py, odom_sensor.py, objects.json),
carla-simulator/carla (LibCarla/source/carla/ros2: ROS2.cpp and its publishers, whose Fast DDS
defaults keep one sample for late subscribers; Docs/ros2_native.md), tier4/AWSIM (docs: ROS2 topic
list, ClockPublisher, CameraSensor; CameraRos2Publisher.cs), tier4/ros2_v4l2_camera
(v4l2_camera.cpp), ros2/rosbag2 (player.cpp, time_controller_clock.cpp, qos.hpp),
clynamen/nuscenes2bag (SceneConverter.cpp, ImageDirectoryConverter.cpp), klintan/kitti2bag2
(kitti2bag2.py).

`imitated_publisher` publishes it.
"""

from __future__ import annotations

from dataclasses import dataclass

from vlm_driving.ros.messages import Kind
from vlm_driving.ros.port import Qos

S, MS = 1_000_000_000, 1_000_000
SPEED_KMH = 36.0
RED, GREEN, BLUE = (30, 30, 220), (30, 180, 30), (220, 30, 30)
"""BGR."""

RELIABLE_10, RELIABLE_1 = Qos(reliable=True, depth=10), Qos(reliable=True, depth=1)
SENSOR_5, BEST_EFFORT_1 = Qos(depth=5), Qos(depth=1)
FAST_DDS_WRITER = Qos(reliable=True, transient_local=True, depth=1)
PLAYED = RELIABLE_10
"""`ros2 bag play` where the bag names no QoS, as one that was converted or written by a script."""
CLOCK_QOS = BEST_EFFORT_1
"""rclcpp's ClockQoS."""


@dataclass(frozen=True)
class Images:
    """One topic of images.

    Attributes:
        encoding: of an Image, or the format of a CompressedImage.
        padding: bytes at the end of each row.
        left: BGR of the left half.
    """

    topic: str
    frame_id: str
    encoding: str
    qos: Qos
    kind: Kind = Kind.IMAGE
    padding: int = 0
    left: tuple[int, int, int] = RED


@dataclass(frozen=True)
class Speed:
    """The ego speed; `hz` None for one message with each frame."""

    topic: str
    kind: Kind
    qos: Qos
    hz: float | None
    frame_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Clock:
    """How /clock comes.

    Attributes:
        qos: of its publisher.
        hz: None for one message with each frame, before its images.
        late_s: how long after the beginning the first one comes.
        ticks_paused: whether the time that stands still goes on being told.
    """

    qos: Qos
    hz: float | None = None
    late_s: float = 0.0
    ticks_paused: bool = False


@dataclass(frozen=True)
class Imitation:
    """One source.

    Attributes:
        images: what it shows.
        clock: None where time is the system's.
        speed: None where it publishes none.
        begins_ns: its time at the beginning; 0 for a simulator, the recorded time for a bag.
        step_ns: simulated time from frame to frame, however long that takes; None where time
            passes as it does for us.
        age_ns: of a stamp when its image goes out.
        new_publishers: whether one that begins again has new publishers.
    """

    images: tuple[Images, ...]
    clock: Clock | None = None
    speed: Speed | None = None
    begins_ns: int = 0
    step_ns: int | None = None
    age_ns: int = 0
    new_publishers: bool = False


_BAG_CLOCK = Clock(CLOCK_QOS, 200.0, ticks_paused=True)
_VELOCITY = Speed("/vehicle/status/velocity_status", Kind.VELOCITY_REPORT, RELIABLE_1, 30.0)
_CAMERA0 = "/sensing/camera/camera0/image_raw"
_RAW = Images(_CAMERA0, "camera0/camera_optical_link", "rgb8", SENSOR_5, padding=26)
_JPEG = Images(
    _CAMERA0 + "/compressed",
    _RAW.frame_id,
    "rgb8; jpeg compressed bgr8",
    RELIABLE_10,
    Kind.COMPRESSED_IMAGE,
    left=BLUE,
)
_DRIVER_NS = 15 * MS

IMITATIONS = {
    # Synchronous mode: a tick of fixed_delta_seconds, /clock, then the sensors' data of that tick.
    "carla_bridge": Imitation(
        (
            Images(
                "/carla/ego_vehicle/rgb_front/image", "ego_vehicle/rgb_front", "bgra8", RELIABLE_10
            ),
        ),
        Clock(RELIABLE_10),
        Speed(
            "/carla/ego_vehicle/odometry",
            Kind.ODOMETRY,
            RELIABLE_10,
            None,
            ("map", "ego_vehicle"),
        ),
        step_ns=50 * MS,
    ),
    # Stamps are the newest /clock, which goes out as the tick begins.
    "carla_native": Imitation(
        (Images("/carla/hero/front/image", "front", "bgra8", FAST_DDS_WRITER),),
        Clock(FAST_DDS_WRITER),
        step_ns=50 * MS,
        new_publishers=True,
    ),
    # The clock begins one second after the scene: InvokeRepeating(.., 1.0f, ..).
    "awsim": Imitation(
        (
            Images(
                "/sensing/camera/traffic_light/image_raw",
                "traffic_light_left_camera/camera_link",
                "bgr8",
                BEST_EFFORT_1,
            ),
        ),
        Clock(BEST_EFFORT_1, 100.0, late_s=1.0),
        _VELOCITY,
    ),
    "autoware_vehicle": Imitation((_RAW, _JPEG), speed=_VELOCITY, age_ns=_DRIVER_NS),
    "autoware_raw": Imitation((_RAW,), speed=_VELOCITY, age_ns=_DRIVER_NS),
    "autoware_compressed": Imitation((_JPEG,), speed=_VELOCITY, age_ns=_DRIVER_NS),
    "nuscenes": Imitation(
        (Images("/cam_front/raw", "cam_front", "bgr8", PLAYED),),
        _BAG_CLOCK,
        begins_ns=1_532_402_927 * S + 612_460_000,
    ),
    "kitti": Imitation(
        (
            Images(
                "/kitti/camera_color_left/image_raw",
                "camera_color_left",
                "bgr8",
                PLAYED,
            ),
        ),
        _BAG_CLOCK,
        Speed("/kitti/oxts/gps/vel", Kind.TWIST, PLAYED, 10.0, ("imu_link",)),
        begins_ns=1_317_013_000 * S,
    ),
}
"""By the name of the preset, and Autoware's cameras with one transport alone."""
