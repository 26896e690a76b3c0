"""A program: publishes what its first argument names, until it is killed or its input ends."""

from __future__ import annotations

import sys
import threading

import cv2
import numpy as np
from numpy.typing import NDArray

from vlm_driving.ros.dds.port import DdsPort
from vlm_driving.ros.messages import (
    CompressedImageMessage,
    Header,
    ImageMessage,
    Kind,
    Message,
    TextMessage,
)
from vlm_driving.ros.port import Qos

HEIGHT, WIDTH = 720, 1280


def picture() -> NDArray[np.uint8]:
    rows = np.arange(HEIGHT, dtype=np.uint32)[:, None, None]
    columns = np.arange(WIDTH, dtype=np.uint32)[None, :, None]
    return ((rows + columns * 3 + np.arange(3, dtype=np.uint32) * 50) % 256).astype(np.uint8)


def raw(stamp_ns: int) -> ImageMessage:
    data = picture().tobytes()
    return ImageMessage(Header(stamp_ns, "camera"), HEIGHT, WIDTH, "bgr8", False, WIDTH * 3, data)


def jpeg(stamp_ns: int) -> CompressedImageMessage:
    data = cv2.imencode(".jpg", picture())[1].tobytes()
    return CompressedImageMessage(Header(stamp_ns, "camera"), "bgr8; jpeg compressed bgr8", data)


def main() -> None:
    what, domain = sys.argv[1], int(sys.argv[2])
    port = DdsPort("sender", domain=domain)
    sent: dict[str, tuple[str, Kind, Qos, Message]] = {
        "raw": ("/camera/image", Kind.IMAGE, Qos(reliable=True, depth=2), raw(7)),
        "jpeg": ("/camera/image/compressed", Kind.COMPRESSED_IMAGE, Qos(), jpeg(7)),
        "text": ("/greeting", Kind.TEXT, Qos(), TextMessage("こんにちは")),
        "latched": (
            "/greeting",
            Kind.TEXT,
            Qos(reliable=True, transient_local=True),
            TextMessage("先に書いた"),
        ),
    }
    topic, kind, qos, message = sent[what]
    publisher = port.publisher(topic, kind, qos)
    publisher.publish(message)

    def again() -> None:
        publisher.publish(message)

    if what != "latched":
        port.timer(0.1, again)
    print("ready", flush=True)
    ended = threading.Event()

    def wait_for_the_end() -> None:
        sys.stdin.read()
        ended.set()

    threading.Thread(target=wait_for_the_end, daemon=True).start()
    ended.wait(60)
    port.shutdown()


if __name__ == "__main__":
    main()
