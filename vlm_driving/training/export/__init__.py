"""From a checkpoint or a stock model to a checked bundle.

Import the modules one by one: most of them need torch or onnx, which `needs.require` asks for.
"""
