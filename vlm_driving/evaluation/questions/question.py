"""A question about a picture, and a set of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from vlm_driving.core import UserError
from vlm_driving.evaluation.keyfact import Rubric

CATEGORIES = ("conv", "detail", "complex")


@dataclass(frozen=True, slots=True)
class Question:
    """One question; the picture is a file, or what a camera saw at a stamp.

    Attributes:
        id: of the question in its set, as text.
        category: conv, detail or complex.
        image_category: what the picture is of, such as traffic; "" where the set does not say.
        context: what a person wrote about the picture; no model is shown it.
        text: the question.
        reference: a right answer; "" where the set has none.
        facts: key facts of a right answer, if somebody wrote them.
        image: file name of the picture.
        camera: topic, or name, of the camera in a bag.
        stamp_ns: of the frame in a bag.
        weight: of the question in the weighted mean.
    """

    id: str
    category: str
    image_category: str
    context: str
    text: str
    reference: str = ""
    facts: Rubric | None = None
    image: str | None = None
    camera: str | None = None
    stamp_ns: int | None = None
    weight: float = 1.0

    @property
    def scene(self) -> tuple[str, int | None]:
        """What tells one picture of the set from another."""
        return (self.image, None) if self.image is not None else (self.camera or "", self.stamp_ns)


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Questions in the order of their file.

    Attributes:
        path: the directory or file that was read.
        layout: heron, llava, or rows (one JSON Lines file).
        questions: at least one, their ids unlike.
        notes: what a reader of scores should know about the set, one sentence each.
    """

    path: Path
    layout: str
    questions: tuple[Question, ...]
    notes: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Question]:
        return iter(self.questions)

    def __len__(self) -> int:
        return len(self.questions)

    def image_files(self) -> dict[str, Path]:
        """The file of each picture that is on disk, by its name in the set.

        Looked for beside the questions, in `images/`, and under COCO's long name.
        """
        folder = self.path if self.path.is_dir() else self.path.parent
        found: dict[str, Path] = {}
        for name in dict.fromkeys(q.image for q in self.questions if q.image is not None):
            places = (name, f"images/{name}", f"COCO_val2014_{name}", f"images/COCO_val2014_{name}")
            path = next((folder / place for place in places if (folder / place).is_file()), None)
            if path is not None:
                found[name] = path
        return found

    def missing_images(self) -> tuple[str, ...]:
        """Names of pictures that are not on disk, in the set's order."""
        found = self.image_files()
        named = dict.fromkeys(q.image for q in self.questions if q.image is not None)
        return tuple(name for name in named if name not in found)

    def require_images(self) -> dict[str, Path]:
        """`image_files`, all of them.

        Raises:
            UserError: some are not there; the sentence names the first and where to put them.
        """
        missing = self.missing_images()
        if missing:
            folder = self.path if self.path.is_dir() else self.path.parent
            named = len({q.image for q in self.questions if q.image is not None})
            raise UserError(
                f"{len(missing)} of the {named} images of {self.path} are missing, the first is "
                f"{missing[0]}; put them into {folder / 'images'} (the set does not ship them)."
            )
        return self.image_files()
