"""The hashes by which ROS 2 (from Iron on) tells whether two ends mean the same message.

Facts of the message definitions (REP 2016); an end that brings none makes Jazzy warn about it.
"""

from __future__ import annotations

from collections.abc import Mapping

from vlm_driving.ros.messages import Kind

TYPE_HASHES: Mapping[Kind, str] = {
    Kind.IMAGE: "d31d41a9a4c4bc8eae9be757b0beed306564f7526c88ea6a4588fb9582527d47",
    Kind.COMPRESSED_IMAGE: "15640771531571185e2efc8a100baf923961a4d15d5569652e6cb6691e8e371a",
    Kind.TEXT: "df668c740482bbd48fb39d76a70dfd4bd59db1288021743503259e948f6b1a18",
    Kind.BOOL: "feb91e995ff9ebd09c0cb3d2aed18b11077585839fb5db80193b62d74528f6c9",
    Kind.FLOAT: "705ba9c3d1a09df43737eb67095534de36fd426c0587779bda2bc51fe790182a",
    Kind.CLOCK: "692f7a66e93a3c83e71765d033b60349ba68023a8c689a79e48078bcb5c58564",
    Kind.ODOMETRY: "3cc97dc7fb7502f8714462c526d369e35b603cfc34d946e3f2eda2766dfec6e0",
    Kind.TWIST: "5f0fcd4f81d5d06ad9b4c4c63e3ea51b82d6ae4d0558f1d475229b1121db6f64",
    Kind.VELOCITY_REPORT: "9052adda949c32f4a98500abc1fb5bd23f2560e321eebdfbb25318d6108d4ce4",
    Kind.CLASSIFICATION: "f74db28d0eaef3afb78f48bf2161cd709a1383a0309d3454383b25be11345143",
    Kind.DIAGNOSTICS: "5a8a36efb05fb25070fa0fb3810290c0e6cd4862b54a8fb975a1ee8dc55a333e",
}
"""SHA-256 of each type's description, in hexadecimal."""


def user_data(kind: Kind) -> bytes:
    """What an end of a topic tells its peers about its type."""
    return f"typehash=RIHS01_{TYPE_HASHES[kind]};".encode()
