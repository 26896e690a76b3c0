"""Writes bags that ros2 bag of Humble and of Jazzy opens. Needs no ROS."""

from __future__ import annotations

import math
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from rosbags.interfaces import Connection, Qos
from rosbags.rosbag2 import StoragePlugin, Writer, WriterError
from rosbags.typesys import Stores, get_typestore

from vlm_driving.core import UserError
from vlm_driving.replay.bag_types import Definition

Storage = Literal["mcap", "sqlite3"]

_PLUGINS = {"mcap": StoragePlugin.MCAP, "sqlite3": StoragePlugin.SQLITE3}
_NS_PER_S = 1_000_000_000
_COMMIT_PERIOD_S = 1.0
"""At most this much is lost of an sqlite3 bag whose writer is killed."""


class BagWriter:
    """Writes one bag; use it as a context manager.

    Stamps are used as the times of recording, too, but in `raw`. When the block ends with an
    exception the bag is closed all the same, so that what was written can be read.
    """

    def __init__(self, path: str | Path, storage: Storage = "mcap") -> None:
        """Prepare a bag at `path`, which becomes a directory.

        Raises:
            UserError: the path exists, or the storage is not known.
        """
        if storage not in _PLUGINS:
            raise UserError(f"Storage {storage!r} is not known; use mcap or sqlite3.")
        self.path = Path(path)
        try:
            # Version 8 is the newest that Humble parses; 9 writes QoS in a way that it does not.
            self._writer = Writer(self.path, version=8, storage_plugin=_PLUGINS[storage])
        except (WriterError, OSError) as error:
            raise self._refusal(error) from error
        self._types = get_typestore(Stores.ROS2_HUMBLE)
        self._connections: dict[str, Connection] = {}
        self._committed_s = time.monotonic()

    def __enter__(self) -> BagWriter:
        try:
            self._writer.open()
        except Exception as error:  # sqlite3, OSError, WriterError
            raise self._refusal(error) from error
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        try:
            self._writer.close()
        except Exception as error:  # as above
            self._writer.abort()
            if exc_type is None:
                raise self._refusal(error) from error

    def image(
        self,
        topic: str,
        stamp_ns: int,
        frame_id: str,
        bgr: NDArray[np.uint8],
        jpeg_quality: int = 85,
    ) -> None:
        """Write (h, w, 3) uint8 BGR as a JPEG `sensor_msgs/CompressedImage`. Raises UserError."""
        written, jpeg = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, jpeg_quality])
        if not written:
            raise ValueError(f"an image of shape {bgr.shape} does not encode to JPEG")
        self.jpeg(topic, stamp_ns, frame_id, np.asarray(jpeg, np.uint8).reshape(-1))

    def jpeg(self, topic: str, stamp_ns: int, frame_id: str, data: NDArray[np.uint8]) -> None:
        """Write the bytes of a JPEG file as a `sensor_msgs/CompressedImage`. Raises UserError."""
        message = self._make(
            "sensor_msgs/msg/CompressedImage",
            header=self._header(stamp_ns, frame_id),
            format="jpeg",
            data=data,
        )
        self._write(topic, stamp_ns, message)

    def camera_info(
        self, topic: str, stamp_ns: int, frame_id: str, width: int, height: int, hfov_rad: float
    ) -> None:
        """Write the `sensor_msgs/CameraInfo` of a pinhole camera without distortion.

        Its horizontal field of view is `hfov_rad`; pixels are square, and the axis goes through
        the picture's middle, which is (width - 1) / 2 where whole numbers are pixels' middles.

        Raises:
            UserError: the bag cannot be written.
        """
        focal = width / 2 / math.tan(hfov_rad / 2)
        u, v = (width - 1) / 2, (height - 1) / 2
        roi = self._make(
            "sensor_msgs/msg/RegionOfInterest",
            x_offset=0, y_offset=0, height=0, width=0, do_rectify=False,
        )  # fmt: skip
        message = self._make(
            "sensor_msgs/msg/CameraInfo",
            header=self._header(stamp_ns, frame_id),
            height=height,
            width=width,
            distortion_model="plumb_bob",
            d=np.zeros(5),
            k=np.array([focal, 0.0, u, 0.0, focal, v, 0.0, 0.0, 1.0]),
            r=np.eye(3).reshape(-1),
            p=np.array([focal, 0.0, u, 0.0, 0.0, focal, v, 0.0, 0.0, 0.0, 1.0, 0.0]),
            binning_x=0,
            binning_y=0,
            roi=roi,
        )
        self._write(topic, stamp_ns, message)

    def twist(
        self, topic: str, stamp_ns: int, speed_mps: float, frame_id: str = "base_link"
    ) -> None:
        """Write a forward speed as a `geometry_msgs/TwistStamped`. Raises UserError."""
        linear, angular = (
            self._make("geometry_msgs/msg/Vector3", x=x, y=0.0, z=0.0) for x in (speed_mps, 0.0)
        )
        message = self._make(
            "geometry_msgs/msg/TwistStamped",
            header=self._header(stamp_ns, frame_id),
            twist=self._make("geometry_msgs/msg/Twist", linear=linear, angular=angular),
        )
        self._write(topic, stamp_ns, message)

    def string(self, topic: str, stamp_ns: int, text: str) -> None:
        """Write a text as a `std_msgs/String`. Raises UserError."""
        self._write(topic, stamp_ns, self._make("std_msgs/msg/String", data=text))

    def topic(
        self, topic: str, msgtype: str, definition: Definition, qos: Sequence[Qos] = ()
    ) -> None:
        """Begin a topic of any type for `raw`, so that it is in the bag even without messages.

        Raises:
            UserError: the bag cannot be written.
        """
        try:
            self._connections[topic] = self._writer.add_connection(
                topic,
                msgtype,
                msgdef=definition.text,
                rihs01=definition.rihs01,
                offered_qos_profiles=qos,
            )
        except Exception as error:  # sqlite3, OSError, WriterError
            raise self._refusal(error) from error

    def raw(self, topic: str, log_time_ns: int, cdr: bytes | memoryview) -> None:
        """Write a serialized message of a topic that was begun. Raises UserError."""
        try:
            self._writer.write(self._connections[topic], log_time_ns, cdr)
            self._commit_now_and_then()
        except Exception as error:  # sqlite3, OSError, WriterError
            raise self._refusal(error) from error

    def _commit_now_and_then(self) -> None:
        """Keep what is written: rosbags commits an sqlite3 bag at its end alone."""
        database = getattr(self._writer.storage, "conn", None)
        now_s = time.monotonic()
        due = now_s - self._committed_s >= _COMMIT_PERIOD_S
        if due and isinstance(database, sqlite3.Connection):
            database.commit()
            self._committed_s = now_s

    def _make(self, msgtype: str, **fields: Any) -> Any:
        return self._types.types[msgtype](**fields)

    def _header(self, stamp_ns: int, frame_id: str) -> Any:
        sec, nanosec = divmod(stamp_ns, _NS_PER_S)
        stamp = self._make("builtin_interfaces/msg/Time", sec=sec, nanosec=nanosec)
        return self._make("std_msgs/msg/Header", stamp=stamp, frame_id=frame_id)

    def _write(self, topic: str, stamp_ns: int, message: Any) -> None:
        msgtype: str = message.__msgtype__
        try:
            connection = self._connections.get(topic)
            if connection is None:
                connection = self._writer.add_connection(topic, msgtype, typestore=self._types)
                self._connections[topic] = connection
            elif connection.msgtype != msgtype:
                raise ValueError(f"{topic} was begun as {connection.msgtype}, not {msgtype}")
            raw = self._types.serialize_cdr(message, msgtype, little_endian=True)
            self._writer.write(connection, stamp_ns, raw)
            self._commit_now_and_then()
        except ValueError:
            raise
        except Exception as error:  # sqlite3, OSError, WriterError
            raise self._refusal(error) from error

    def _refusal(self, error: Exception) -> UserError:
        if self.path.exists() and isinstance(error, WriterError):
            return UserError(f"{self.path} exists already; name another path, or remove it.")
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        return UserError(
            f"The bag {self.path} cannot be written ({reason}); check the directory and the room "
            "on its disk."
        )
