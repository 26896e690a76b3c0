"""ONNX Runtime as a backend. Importing this package does not import onnxruntime."""

from vlm_driving.backends.onnx.runner import OnnxRunner, open_runner

__all__ = ["OnnxRunner", "open_runner"]
