"""The types' hashes are those that the definitions give."""

from __future__ import annotations

import pytest
from rosbags.typesys import Stores, get_types_from_msg, get_typestore

from vlm_driving.ros.dds.type_hashes import TYPE_HASHES, user_data
from vlm_driving.ros.messages import Kind

HEADER = "std_msgs/Header header\n"
NOT_IN_THE_STORE = {
    Kind.VELOCITY_REPORT: HEADER
    + "float32 longitudinal_velocity\nfloat32 lateral_velocity\nfloat32 heading_rate\n",
    Kind.CLASSIFICATION: HEADER + "vision_msgs/ObjectHypothesis[] results\n",
}


@pytest.mark.parametrize("kind", Kind)
def test_the_hash_of_a_type_is_that_of_its_definition(kind):
    store = get_typestore(Stores.ROS2_JAZZY)
    hypothesis = "vision_msgs/msg/ObjectHypothesis"
    store.register(get_types_from_msg("string class_id\nfloat64 score\n", hypothesis))
    if kind in NOT_IN_THE_STORE:
        store.register(get_types_from_msg(NOT_IN_THE_STORE[kind], kind.value))
    assert store.hash_rihs01(kind.value) == f"RIHS01_{TYPE_HASHES[kind]}"
    assert user_data(kind) == f"typehash=RIHS01_{TYPE_HASHES[kind]};".encode()
