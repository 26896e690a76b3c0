"""A program: a client of the node's lifecycle services, which does as its stdin says. Needs rclpy.

It says `ready` once the services are there.
"""

from __future__ import annotations

import sys
from typing import Any

import rclpy
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState

from vlm_driving.ros.measuring.plan import NODE
from vlm_driving.ros.measuring.transitions import (
    ACTIVATE,
    CLEANUP,
    CONFIGURE,
    DEACTIVATE,
    READY,
    serve,
)

_NUMBERS = {
    CONFIGURE: Transition.TRANSITION_CONFIGURE,
    ACTIVATE: Transition.TRANSITION_ACTIVATE,
    DEACTIVATE: Transition.TRANSITION_DEACTIVATE,
    CLEANUP: Transition.TRANSITION_CLEANUP,
}
_THERE_S, _ANSWER_S = 60.0, 60.0


def main() -> int:
    """Run the program."""
    rclpy.init()
    node = rclpy.create_node("vlm_driving_bench_lifecycle")
    service = f"/{NODE}/change_state"
    client = node.create_client(ChangeState, service)
    try:
        if not client.wait_for_service(timeout_sec=_THERE_S):
            print(f"{service} did not come up within {_THERE_S:g} s.", file=sys.stderr)
            return 2

        def change(name: str) -> str:
            request: Any = ChangeState.Request()
            request.transition.id = _NUMBERS[name]
            future = client.call_async(request)
            rclpy.spin_until_future_complete(node, future, timeout_sec=_ANSWER_S)
            answer = future.result() if future.done() else None
            if answer is None:
                return f"{service} did not answer within {_ANSWER_S:g} s"
            return "" if answer.success else f"the node refused to {name}; its log says why"

        print(READY, flush=True)
        serve(change)
    finally:
        node.destroy_node()
        rclpy.try_shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
