"""The same weights at another precision: fp32 for comparison, level 1 for identity."""

from __future__ import annotations

import shutil
from pathlib import Path

from vlm_driving.runtime.bundle import seal_bundle
from vlm_driving.training.export import embed, graphs, matmul_nbits
from vlm_driving.training.export.needs import require
from vlm_driving.training.export.writer import new_directory, read_json


def rebuild(bundle_dir: Path, out_dir: Path, precision: str, accuracy_level: int = 4) -> Path:
    """Write a bundle with the weights of another one; returns `out_dir`.

    fp32 holds the dequantized weights, so it computes the same function as its source.
    The same precision keeps the codes and changes only the accuracy level. From one
    integer precision to another, the dequantized weights are quantized anew. The embedding
    table is widened for fp32 and kept otherwise.
    """
    require("onnx")
    matmul_nbits.check_precision(precision, accuracy_level)
    document = read_json(bundle_dir / "bundle.json")
    entries = {name: dict(entry) for name, entry in document["graphs"].items()}
    decoder_file, embed_file = entries["decoder"]["file"], entries["embed_tokens"]["file"]
    with new_directory(out_dir) as work:
        for name in document["sha256"]:
            (work / name).parent.mkdir(parents=True, exist_ok=True)
            if name not in (decoder_file, f"{decoder_file}_data"):
                shutil.copy(bundle_dir / name, work / name)
        decoder = graphs.load(bundle_dir / decoder_file)
        if entries["decoder"]["precision"] == precision:
            matmul_nbits.set_accuracy_level(decoder, accuracy_level)
        else:
            matmul_nbits.dequantize(decoder)
            if precision != "fp32":
                matmul_nbits.quantize(decoder, int(precision.removeprefix("int")), accuracy_level)
            entries["decoder"]["precision"] = precision
        graphs.save(decoder, work / decoder_file)
        if precision == "fp32" and entries["embed_tokens"]["precision"] != "fp32":
            table = embed.read_table(graphs.load(bundle_dir / embed_file))
            graphs.save(embed.build(table, "fp32"), work / embed_file)
            entries["embed_tokens"]["precision"] = "fp32"
        provenance = {**document["provenance"], "rebuilt": f"{precision}, level {accuracy_level}"}
        del document["sha256"]
        seal_bundle(work, {**document, "provenance": provenance, "graphs": entries})
    return out_dir
