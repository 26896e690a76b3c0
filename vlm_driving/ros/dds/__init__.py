"""The port on bare DDS: ROS 2 topics without ROS, by `cyclonedds` from PyPI (extra `dds`).

`names` imports without cyclonedds.
"""
