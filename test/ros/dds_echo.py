"""A program: sends back every message of `/there/<kind>` on `/back/<kind>`, over bare DDS."""

from __future__ import annotations

import sys

from vlm_driving.ros.dds.port import DdsPort
from vlm_driving.ros.messages import Kind, Message
from vlm_driving.ros.port import OnMessage, Qos

QOS = Qos(reliable=True, depth=5)


def sent_back(port: DdsPort, name: str, kind: Kind) -> OnMessage:
    back = port.publisher(f"/back/{name}", kind, QOS)

    def send(message: Message) -> None:
        back.publish(message)

    return send


def main() -> None:
    port = DdsPort("echo", domain=int(sys.argv[1]))
    for kind in Kind:
        name = kind.name.lower()
        port.subscribe(f"/there/{name}", kind, sent_back(port, name, kind), QOS)
    print("ready", flush=True)
    sys.stdin.read()
    port.shutdown()


if __name__ == "__main__":
    main()
