from __future__ import annotations

import os

import pytest

# ruff: noqa: E402 - what follows needs it
pytest.importorskip("cyclonedds", reason="needs cyclonedds: pip install 'vlm_driving[dds]'")

from vlm_driving.core import UserError
from vlm_driving.ros.dds.domain import RMEM_MAX, domain_id, settings_xml, small_buffer
from vlm_driving.ros.dds.log import DdsLog
from vlm_driving.ros.dds.port import DdsPort

DOMAIN = 2 + os.getpid() % 90


@pytest.fixture(autouse=True)
def this_machine_alone(monkeypatch):
    monkeypatch.setenv("ROS_LOCALHOST_ONLY", "1")
    monkeypatch.delenv("CYCLONEDDS_URI", raising=False)


def test_the_domain_is_the_one_of_ros():
    assert domain_id({}) == 0
    assert domain_id({"ROS_DOMAIN_ID": "42"}) == 42
    with pytest.raises(UserError, match="ROS_DOMAIN_ID is '300'"):
        domain_id({"ROS_DOMAIN_ID": "300"})
    with pytest.raises(UserError, match="to a number from 0"):
        domain_id({"ROS_DOMAIN_ID": "３"})  # noqa: RUF001 - no digit for ROS


def test_the_users_own_settings_come_last_so_that_they_win():
    xml = settings_xml(4096, {"CYCLONEDDS_URI": "file:///mine.xml"})
    assert '<SocketReceiveBufferSize min="4096B"/>' in xml
    assert xml.endswith(",file:///mine.xml")


def test_a_small_limit_of_the_system_is_noticed(tmp_path):
    limit = tmp_path / "rmem_max"
    limit.write_text("212992\n")
    assert small_buffer(4 << 20, limit) == 212992
    assert small_buffer(4096, limit) == 0
    assert small_buffer(4096, tmp_path / "none") == 0


def test_settings_that_are_no_settings_are_a_clear_error(monkeypatch):
    monkeypatch.setenv("CYCLONEDDS_URI", "<CycloneDDS><Nonsense>1</Nonsense></CycloneDDS>")
    with pytest.raises(UserError, match="CYCLONEDDS_URI"):
        DdsPort("listener", domain=DOMAIN)


def test_a_buffer_beyond_the_limit_of_the_system_is_a_warning_with_the_remedy():
    lines: list[str] = []
    most = RMEM_MAX
    if not most.exists():
        pytest.skip(f"no {most}: this system tells no limit")
    wanted = 2 * int(most.read_text())
    made = DdsPort(
        "listener",
        domain=DOMAIN,
        receive_buffer_bytes=wanted,
        log=DdsLog("listener", lines.append),
    )
    made.shutdown()
    assert any(f"sudo sysctl -w net.core.rmem_max={wanted}" in line for line in lines)


def test_an_interface_that_the_user_names_is_not_named_by_us_as_well(monkeypatch):
    own = "<Interfaces><NetworkInterface address='127.0.0.1'/></Interfaces>"
    uri = f"<CycloneDDS><Domain><General>{own}</General></Domain></CycloneDDS>"
    monkeypatch.setenv("CYCLONEDDS_URI", uri)
    DdsPort("listener", domain=DOMAIN).shutdown()  # Cyclone refuses one that is named twice
