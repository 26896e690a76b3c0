"""What publishes camera images in the wild, and the parameters that suit it.

One table: the presets are written from it, and a publisher that imitates a source reads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

IMAGE, COMPRESSED_IMAGE = "sensor_msgs/msg/Image", "sensor_msgs/msg/CompressedImage"
FOXGLOVE_IMAGE = "foxglove.CompressedImage"
RELIABLE, BEST_EFFORT = "reliable", "best_effort"


@dataclass(frozen=True, slots=True)
class Stream:
    """One topic that a source publishes.

    Attributes:
        topic: its full name.
        type: of its messages.
        encoding: of raw images; None where it is compressed, or differs.
        reliability: of the publisher; None where a bag says it.
        depth: of the publisher; None where not known.
        rate_hz: None where the source's settings say it.
    """

    topic: str
    type: str
    encoding: str | None = None
    reliability: str | None = None
    depth: int | None = None
    rate_hz: float | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Where images come from.

    Attributes:
        en: its name in English, and what to know about it.
        ja: the same in Japanese.
        streams: its images, the one of the preset first.
        clock: how /clock comes, in words; None where there is none and time is the system's.
        clock_hz: its rate; None where there is none, or one with each frame.
        parameters: what the preset sets.
    """

    en: str
    ja: str
    streams: tuple[Stream, ...]
    clock: str | None
    clock_hz: float | None
    parameters: Mapping[str, object]


_PLAY = "`ros2 bag play --clock 200`"


def _front(topic: str, camera: str = "front", **more: object) -> dict[str, object]:
    start = f"camera.{camera}."
    return {"cameras": (camera,), start + "topic": topic} | {
        start + key: value for key, value in ({"role": "front"} | more).items()
    }


def _velocity_report() -> dict[str, object]:
    return {"speed.topic": "/vehicle/status/velocity_status", "speed.type": "VelocityReport"}


SOURCES: Mapping[str, Source] = {
    "carla_bridge": Source(
        "CARLA with its ROS bridge. The ego vehicle's role name is ego_vehicle; its camera and "
        "odometry sensors are those of the bridge's own example.",
        "CARLA（ROS bridge）。自車の role name は ego_vehicle、カメラとオドメトリは bridge 付属の"
        "設定例のものです。",
        (Stream("/carla/ego_vehicle/rgb_front/image", IMAGE, "bgra8", RELIABLE, 10),),
        "with each frame",
        None,
        {
            **_front("/carla/ego_vehicle/rgb_front/image", transport="raw"),
            "speed.topic": "/carla/ego_vehicle/odometry",
            "speed.type": "Odometry",
            "frozen_after_frames": 0,
            "use_sim_time": True,
        },
    ),
    "carla_native": Source(
        "CARLA 0.9.16 or 0.10 with its own ROS 2 publishers. The vehicle's ros_name is hero, the "
        "camera's is front, and the camera is enabled for ROS. It publishes no ego speed.",
        "CARLA 0.9.16 / 0.10（ROS 2 直接配信）。ros_name は車両が hero、カメラが front で、"
        "カメラの ROS 配信を有効にしておきます。自車速度は配信されません。",
        (Stream("/carla/hero/front/image", IMAGE, "bgra8", RELIABLE),),
        "with each frame",
        None,
        {
            **_front("/carla/hero/front/image", transport="raw"),
            "frozen_after_frames": 0,
            "use_sim_time": True,
        },
    ),
    "awsim": Source(
        "AWSIM with the camera that it has for traffic lights.",
        "AWSIM（信号認識用カメラ）。",
        (
            Stream(
                "/sensing/camera/traffic_light/image_raw",
                IMAGE,
                "bgr8",
                BEST_EFFORT,
                1,
                rate_hz=10.0,
            ),
        ),
        "100 Hz",
        100.0,
        {
            **_front("/sensing/camera/traffic_light/image_raw", transport="raw"),
            **_velocity_report(),
            "frozen_after_frames": 0,
            "use_sim_time": True,
        },
    ),
    "autoware_vehicle": Source(
        "A vehicle that runs Autoware. camera0 is taken for the front camera: mend that where it "
        "is another.",
        "Autoware を搭載した車両。camera0 を前方カメラとしています。"
        "異なる場合は書き換えてください。",
        (
            Stream("/sensing/camera/camera0/image_raw", IMAGE, None, BEST_EFFORT),
            Stream(
                "/sensing/camera/camera0/image_raw/compressed", COMPRESSED_IMAGE, None, BEST_EFFORT
            ),
            Stream("/sensing/camera/camera0/image_rect_color", IMAGE, None, BEST_EFFORT),
        ),
        None,
        None,
        {
            **_front("/sensing/camera/camera0/image_raw", "camera0", transport="auto"),
            **_velocity_report(),
            "use_sim_time": False,
        },
    ),
    "nuscenes": Source(
        "nuScenes: a bag of nuscenes2bag, converted to ROS 2. Where it was written compressed, "
        "the topic is /cam_front/compressed. The files of nuscenes2mcap hold Protobuf, which is "
        "no ROS message: `vlm-driving replay` reads them, this node does not. /odom holds "
        "positions without velocities, so there is no ego speed.",
        "nuScenes。nuscenes2bag の bag を ROS 2 に変換したものです。圧縮して書かれた bag では "
        "/cam_front/compressed を指定します。nuscenes2mcap のファイルは ROS のメッセージではない "
        "Protobuf のため、このノードではなく `vlm-driving replay` で読みます。/odom には位置だけで"
        "速度がないため、自車速度は使えません。",
        (
            Stream("/cam_front/raw", IMAGE, "bgr8"),
            Stream("/cam_front/compressed", COMPRESSED_IMAGE),
            Stream("/cam_front/image_rect_compressed", FOXGLOVE_IMAGE),
        ),
        f"200 Hz, from {_PLAY}",
        200.0,
        {**_front("/cam_front/raw", transport="auto"), "use_sim_time": True},
    ),
    "kitti": Source(
        "KITTI: a bag that kitti2bag2 made of raw_synced. It has bag times written in seconds, so "
        "only the header stamps are right; write the bag anew with those before it is played.",
        "KITTI（kitti2bag2 が raw_synced から作った bag）。bag 側の時刻は秒単位で書かれており、"
        "正しいのはヘッダの時刻だけです。再生の前に、ヘッダの時刻で bag を書き直してください。",
        (Stream("/kitti/camera_color_left/image_raw", IMAGE, "bgr8"),),
        f"200 Hz, from {_PLAY}",
        200.0,
        {
            **_front("/kitti/camera_color_left/image_raw", transport="raw", stamp="header"),
            "speed.topic": "/kitti/oxts/gps/vel",
            "speed.type": "TwistStamped",
            "use_sim_time": True,
        },
    ),
    "builtin_simulator": Source(
        "The simulator that ships, as a node.",
        "同梱のシミュレータ（ノードとして実行）。",
        (Stream("/simulator/front/image_raw", IMAGE, "bgr8", BEST_EFFORT, 1, rate_hz=10.0),),
        "200 Hz",
        200.0,
        {
            **_front("/simulator/front/image_raw", transport="raw"),
            "speed.topic": "/simulator/twist",
            "speed.type": "TwistStamped",
            "frozen_after_frames": 0,
            "use_sim_time": True,
        },
    ),
}
"""By the name of the preset."""
