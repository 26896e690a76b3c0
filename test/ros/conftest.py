"""Fixtures of the tests that need rclpy; nothing of it is imported where it is not."""

from __future__ import annotations

import pytest


@pytest.fixture
def loopback_alone(monkeypatch):
    """Cyclone under rclpy keeps to this machine."""
    from support.spun import LOOPBACK

    monkeypatch.setenv("CYCLONEDDS_URI", LOOPBACK)
    monkeypatch.delenv("ROS_LOCALHOST_ONLY", raising=False)


@pytest.fixture
def spun(loopback_alone):
    """A context whose nodes are spun."""
    from support.spun import Spun

    made = Spun()
    yield made
    made.close()


@pytest.fixture
def lines():
    """The log of `port`."""
    from support.spun import Lines

    return Lines()


@pytest.fixture
def port(spun, lines):
    """The port of a node `/car/listener`."""
    from support.spun import spun_port

    made = spun_port(spun, lines)
    yield made
    made.shutdown()
