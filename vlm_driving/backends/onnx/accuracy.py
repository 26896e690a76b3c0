"""Choosing the arithmetic of quantized products without the onnx package.

`MatMulNBits` nodes carry an attribute `accuracy_level`: 1 computes in fp32, 4 rounds the
activations to int8. A graph is a protobuf message, and both numbers take one byte in it, so
the byte can be replaced where it stands.
"""

from __future__ import annotations

import re

# AttributeProto: field 1 (name), length 14; then field 3 (i), a one-byte varint.
_LEVEL = re.compile(rb"(\x0a\x0eaccuracy_level\x18)([\x00-\x04])", re.DOTALL)


def with_accuracy_level(model: bytes, level: int) -> bytes:
    """The same serialized graph with every accuracy level that it names set to `level`."""
    return _LEVEL.sub(lambda match: match.group(1) + bytes([level]), model)
