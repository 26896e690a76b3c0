"""A model directory, verified: what is loaded is what its maker sealed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vlm_driving.core import UserError
from vlm_driving.runtime.grammar_spec import GrammarSpec
from vlm_driving.runtime.manifest import (
    BUNDLE_FILE,
    TOKENIZER_FILE,
    Calibration,
    GraphFile,
    Manifest,
    Prompts,
    QuestionSpec,
    SectionSpec,
    parse_manifest,
)
from vlm_driving.runtime.preprocess import PreprocessSpec

CONFIG_FILE = "config.json"
_CHUNK = 1 << 20
_RENEW = "copy the bundle again or make it anew with `vlm-driving export`"


@dataclass(frozen=True, slots=True)
class ModelBundle:
    """A bundle directory whose every file matched its checksum when it was loaded."""

    root: Path
    manifest: Manifest

    @classmethod
    def load(cls, root: str | Path) -> ModelBundle:
        """Read bundle.json and verify every file that it lists.

        Raises:
            UserError: for a missing directory or file, a changed or truncated file, an
                unknown or wrong key, or a file in use that has no checksum.
        """
        root = Path(root)
        manifest = _read_manifest(root)
        for name, digest in manifest.sha256.items():
            _verify(root / name, digest)
        _require_listed(root, manifest)
        return cls(root, manifest)

    @property
    def name(self) -> str:
        """What reports call this model."""
        return self.manifest.name

    @property
    def preprocess(self) -> PreprocessSpec:
        """How an image becomes the encoder's input."""
        return self.manifest.preprocess

    @property
    def image_tokens(self) -> int:
        """Tokens that one image takes in the prompt."""
        return self.manifest.image_tokens

    @property
    def prompts(self) -> Prompts:
        """The text around the image."""
        return self.manifest.prompts

    @property
    def grammar(self) -> GrammarSpec:
        """The labels of the advice."""
        return self.manifest.grammar

    @property
    def sections(self) -> tuple[SectionSpec, ...]:
        """The prose after the advice."""
        return self.manifest.sections

    @property
    def question(self) -> QuestionSpec | None:
        """How questions are put, or None where the model answers none."""
        return self.manifest.question

    @property
    def calibration(self) -> Calibration:
        """Temperature and thresholds."""
        return self.manifest.calibration

    @property
    def tokenizer_path(self) -> Path:
        """tokenizer.json."""
        return self.root / TOKENIZER_FILE

    def graph_path(self, graph: GraphFile) -> Path:
        """Where a graph lies."""
        return self.root / graph.file

    def max_positions(self) -> int | None:
        """Longest sequence that config.json allows, or None where it does not say.

        Models of images and text keep it in `text_config`.
        """
        try:
            config = json.loads((self.root / CONFIG_FILE).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        if not isinstance(config, Mapping):
            return None
        text = config.get("text_config")
        for level in (text if isinstance(text, Mapping) else {}, config):
            value = level.get("max_position_embeddings")
            if isinstance(value, int) and value > 0:
                return value
        return None


def seal_bundle(root: str | Path, manifest: Mapping[str, Any]) -> ModelBundle:
    """Write bundle.json with the checksum of every other file, and load the result.

    Args:
        root: directory that holds every other file of the bundle.
        manifest: bundle.json without `sha256`.

    Raises:
        UserError: as `ModelBundle.load`.
    """
    root = Path(root)
    sums = {
        path.relative_to(root).as_posix(): file_sha256(path)
        for path in sorted(root.rglob("*"))
        if path.is_file() and path != root / BUNDLE_FILE
    }
    text = json.dumps({**manifest, "sha256": sums}, ensure_ascii=False, indent=2)
    (root / BUNDLE_FILE).write_text(text + "\n", encoding="utf-8")
    return ModelBundle.load(root)


def file_sha256(path: Path) -> str:
    """Hexadecimal SHA-256 of a file, read in pieces. Raises OSError."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _read_manifest(root: Path) -> Manifest:
    if not root.is_dir():
        raise UserError(
            f"There is no model bundle at {root}; name a directory that contains {BUNDLE_FILE}."
        )
    path = root / BUNDLE_FILE
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(
            f"{root} has no {BUNDLE_FILE}; "
            f"make a bundle of it with `vlm-driving export {root} --out BUNDLE`."
        ) from None
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror}); {_RENEW}.") from None
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path} is no valid JSON ({error}); {_RENEW}.") from None
    return parse_manifest(data, str(path))


def _verify(path: Path, digest: str) -> None:
    try:
        actual = file_sha256(path)
    except FileNotFoundError:
        raise UserError(f"{path} is missing, but bundle.json lists it; {_RENEW}.") from None
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror}); {_RENEW}.") from None
    if actual != digest.lower():
        raise UserError(
            f"{path} is changed or truncated (its sha256 is not the one in bundle.json); {_RENEW}."
        )


def _require_listed(root: Path, manifest: Manifest) -> None:
    """Whatever is loaded must have a checksum: tokenizer, graphs and what lies beside them.

    Weights outside a graph lie beside it and are named only inside it.
    """
    graphs = [root / graph.file for graph in manifest.graphs.all()]
    needed = {root / TOKENIZER_FILE, *graphs}
    for folder in {graph.parent for graph in graphs} - {root}:
        needed.update(path for path in folder.iterdir() if path.is_file())
    listed = {root / name for name in manifest.sha256}
    for path in sorted(needed - listed):
        state = "has no checksum in bundle.json" if path.exists() else "is missing"
        raise UserError(f"{path} {state}; {_RENEW}.")
