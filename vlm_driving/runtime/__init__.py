"""A ModelBundle made to speak. Knows numpy, OpenCV and tokenizers; never onnxruntime."""
