"""A program: the node on bare DDS, whose transitions are made as its stdin says.

Its only argument is JSON: the node's parameters. It says `ready` once it is unconfigured.
"""

from __future__ import annotations

import json
import signal
import sys

from vlm_driving.core import UserError
from vlm_driving.ros.dds.port import DdsPort
from vlm_driving.ros.measuring.plan import NODE
from vlm_driving.ros.measuring.transitions import CONFIGURE, READY, serve
from vlm_driving.ros.node import VlmNode
from vlm_driving.ros.parameters import read


def main() -> int:
    """Run the program."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    settings = read(json.loads(sys.argv[1]))
    port = DdsPort(NODE)
    node = VlmNode(port, NODE)

    def change(name: str) -> str:
        try:
            if name == CONFIGURE:
                node.configure(settings)
            else:
                getattr(node, name)()
        except UserError as error:
            return str(error)
        return ""

    try:
        print(READY, flush=True)
        serve(change)
        node.shutdown()
    finally:
        port.shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
