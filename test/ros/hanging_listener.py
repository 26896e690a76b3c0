"""A program: subscribes reliably to one topic on bare DDS; its user stops it with SIGSTOP."""

from __future__ import annotations

import sys
import time

from vlm_driving.ros.dds.port import DdsPort
from vlm_driving.ros.messages import Kind
from vlm_driving.ros.port import RELIABLE


def main() -> None:
    port = DdsPort("hanging", domain=int(sys.argv[2]))
    port.subscribe(sys.argv[1], Kind.TEXT, lambda _: print("heard", flush=True), RELIABLE)
    time.sleep(60)


if __name__ == "__main__":
    main()
