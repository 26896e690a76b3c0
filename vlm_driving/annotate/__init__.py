"""A report drawn onto its frame, in Japanese: core, numpy and cv2 only, no ROS and no Pillow."""

from vlm_driving.annotate.annotator import Annotator

__all__ = ["Annotator"]
