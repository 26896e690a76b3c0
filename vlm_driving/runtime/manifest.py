"""What bundle.json says, as checked dataclasses. No files are read here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from vlm_driving.runtime.fields import Fields
from vlm_driving.runtime.grammar_spec import GrammarSpec, parse_grammar
from vlm_driving.runtime.preprocess import CHANNEL_ORDERS, FITS, RESAMPLES, PreprocessSpec

BUNDLE_SCHEMA = "vlm_driving/bundle/1"
BUNDLE_FILE = "bundle.json"
TOKENIZER_FILE = "tokenizer.json"
NORMALIZATIONS = ("NFKC", "none")


@dataclass(frozen=True, slots=True)
class GraphFile:
    """One ONNX graph: its path inside the bundle, and the precision of its weights."""

    file: str
    precision: str


@dataclass(frozen=True, slots=True)
class Graphs:
    """The three graphs of the ONNX community's layout."""

    vision_encoder: GraphFile
    embed_tokens: GraphFile
    decoder: GraphFile

    def all(self) -> tuple[GraphFile, GraphFile, GraphFile]:
        """The three, in the order in which a frame meets them."""
        return self.vision_encoder, self.embed_tokens, self.decoder


@dataclass(frozen=True, slots=True)
class Prompts:
    """The text around the image: [prefix][image][suffix][ego][task]."""

    prefix: str
    suffix: str
    ego: str
    ego_unknown: str
    task: str

    def after_image(self, ego_speed_kmh: float | None) -> str:
        """All text between image and advice, as one string; the speed in whole km/h."""
        return self.state(ego_speed_kmh) + self.task

    def state(self, ego_speed_kmh: float | None) -> str:
        """The text after the image up to the task or question: [suffix][ego]."""
        if ego_speed_kmh is None:
            return self.suffix + self.ego_unknown
        return self.suffix + self.ego.replace("{speed_kmh}", str(round(ego_speed_kmh)))


@dataclass(frozen=True, slots=True)
class SectionSpec:
    """One piece of prose: a forced lead, then at most `max_tokens` up to one of `end`."""

    name: str
    lead: str
    end: tuple[str, ...]
    max_tokens: int


@dataclass(frozen=True, slots=True)
class QuestionSpec:
    """A question is [prefix][image][suffix][ego][before][question][after].

    Its answer is free: at most `max_tokens` up to one of `end`.
    """

    before: str
    after: str
    end: tuple[str, ...]
    max_tokens: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """Temperature of the confidence, and the thresholds below which a model is unsure.

    `blind_token` is what a model prefers to the first label where it cannot see, or None. `bias`
    is added to the log-probability of labels before one is chosen, by group (speed, path) and
    label: rare labels that must not be missed are then chosen a little sooner. Confidence is
    computed without it.
    """

    temperature: float
    unsure_below_confidence: float
    unsure_below_legal_mass: float
    blind_token: str | None = None
    bias: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Manifest:
    """The whole of bundle.json; `question` is None where the model answers none."""

    name: str
    licence: str
    provenance: Mapping[str, Any]
    graphs: Graphs
    preprocess: PreprocessSpec
    image_tokens: int
    prompts: Prompts
    grammar: GrammarSpec
    sections: tuple[SectionSpec, ...]
    end_tokens: tuple[str, ...]
    normalization: str
    calibration: Calibration
    sha256: Mapping[str, str]
    question: QuestionSpec | None = None


def parse_manifest(data: object, source: str) -> Manifest:
    """Check the parsed JSON of a bundle.json.

    Args:
        data: what json.loads gave.
        source: path of the file, for the message.

    Raises:
        UserError: naming the first key that is unknown, missing or of the wrong kind.
    """
    top = Fields(data, source)
    top.choice("schema", (BUNDLE_SCHEMA,))
    manifest = Manifest(
        name=top.text("name", empty=False),
        licence=top.text("licence", empty=False),
        provenance=top.mapping("provenance"),
        graphs=_graphs(top.fields("graphs")),
        preprocess=_preprocess(top.fields("preprocess")),
        image_tokens=top.whole("image_tokens", least=1),
        prompts=_prompts(top.fields("prompts")),
        grammar=parse_grammar(top.fields("grammar")),
        sections=tuple(_section(item) for item in top.items("sections")),
        end_tokens=top.texts("end_tokens"),
        normalization=top.choice("normalization", NORMALIZATIONS),
        calibration=_calibration(top.fields("calibration")),
        sha256=top.text_mapping("sha256"),
        question=_question(top.optional_fields("question")) if top.has("question") else None,
    )
    top.done()
    for name in manifest.sha256:
        _inside(name, top, f"sha256.{name}")
    return manifest


def _inside(name: str, fields: Fields, key: str) -> str:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name:
        raise fields.error(key, f"must be a path inside the bundle, got {name!r}")
    return name


def _graphs(fields: Fields) -> Graphs:
    def one(key: str) -> GraphFile:
        item = fields.fields(key)
        graph = GraphFile(
            _inside(item.text("file", empty=False), item, "file"),
            item.text("precision", empty=False),
        )
        item.done()
        return graph

    graphs = Graphs(one("vision_encoder"), one("embed_tokens"), one("decoder"))
    fields.done()
    return graphs


def _preprocess(fields: Fields) -> PreprocessSpec:
    spec = PreprocessSpec(
        width=fields.whole("width", least=1),
        height=fields.whole("height", least=1),
        fit=fields.choice("fit", FITS),
        resample=fields.choice("resample", RESAMPLES),
        channel_order=fields.choice("channel_order", CHANNEL_ORDERS),
        mean=fields.triple("mean"),
        std=fields.triple("std"),
        rescale=fields.number("rescale", above=0.0),
        jpeg_reduce=fields.flag("jpeg_reduce"),
        first_longest_edge=(
            fields.whole("first_longest_edge", least=1)
            if fields.has("first_longest_edge")
            else None
        ),
    )
    if 0.0 in spec.std:
        raise fields.error("std", "must not contain 0")
    fields.done()
    return spec


def _prompts(fields: Fields) -> Prompts:
    names = ("prefix", "suffix", "ego", "ego_unknown", "task")
    prompts = Prompts(*(fields.text(name) for name in names))
    rest = prompts.ego.replace("{speed_kmh}", "")
    if "{" in rest or "}" in rest:
        raise fields.error("ego", "knows one placeholder, {speed_kmh}")
    fields.done()
    return prompts


def _section(fields: Fields) -> SectionSpec:
    section = SectionSpec(
        name=fields.choice("name", ("advice_ja", "description_ja")),
        lead=fields.text("lead"),
        end=fields.texts("end"),
        max_tokens=fields.whole("max_tokens", least=1),
    )
    fields.done()
    return section


def _question(fields: Fields | None) -> QuestionSpec | None:
    if fields is None:
        return None
    question = QuestionSpec(
        before=fields.text("before"),
        after=fields.text("after"),
        end=fields.texts("end"),
        max_tokens=fields.whole("max_tokens", least=1),
    )
    fields.done()
    return question


def _bias(fields: Fields) -> Mapping[str, Mapping[str, float]]:
    if not fields.has("bias"):
        return {}
    groups = fields.fields("bias")
    found: dict[str, Mapping[str, float]] = {}
    for group in ("speed", "path"):
        if groups.has(group):
            found[group] = groups.number_mapping(group)
    groups.done()
    return found


def _calibration(fields: Fields) -> Calibration:
    calibration = Calibration(
        temperature=fields.number("temperature", above=0.0),
        unsure_below_confidence=fields.number("unsure_below_confidence", least=0.0, most=1.0),
        unsure_below_legal_mass=fields.number("unsure_below_legal_mass", least=0.0, most=1.0),
        blind_token=fields.optional_text("blind_token"),
        bias=_bias(fields),
    )
    fields.done()
    return calibration
