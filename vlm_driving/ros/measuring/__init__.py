"""What the node's figures are on this machine: `vlm-driving bench --node SECONDS`.

A process that sends pictures, the node in a process of its own as a user starts it, and a third
one that listens and reads /proc. Nothing here is used by the node itself.
"""
