"""The nodes: topics in, reports out; one logic under rclpy and under bare DDS."""
