"""Writing the corpus: which kinds of paper there are, and each as a picture with its text beside it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from workflow_app.trials.corpus import sheets, wear
from workflow_app.trials.corpus.sheets import Draw
from workflow_app.trials.corpus.wear import Wear

SEED = 6306


@dataclass(frozen=True)
class Kind:
    """A kind of paper: what is drawn, and what happened to it."""

    name: str
    draw: Draw
    wear: Wear = wear.none
    dpi: int | None = 300
    """As the file says; phones say nothing."""


KINDS = (
    Kind("bersih", sheets.letter),
    Kind("miring", sheets.letter, wear.skew),
    Kind("terputar", sheets.letter, wear.turn),
    Kind("berbintik", sheets.letter, wear.noise),
    Kind("kabur", sheets.letter, wear.blur),
    Kind("pudar", sheets.letter, wear.fade),
    Kind("berbayang", sheets.letter, wear.shadow),
    Kind("200dpi", sheets.letter, wear.small, 200),
    Kind("foto", sheets.letter, wear.photo, None),
    Kind("bercap", sheets.stamped),
    Kind("tabel", sheets.table),
    Kind("ketikan", sheets.typewritten),
    Kind("dua-kolom", sheets.columns),
    Kind("kartu", sheets.card),
    Kind("foto-kartu", sheets.card, wear.photo, None),
)


def write(
    folder: Path, *, per_kind: int = 5, seed: int = SEED, kinds: Sequence[Kind] = KINDS
) -> Iterator[Path]:
    """Write `per_kind` papers of each kind as JPEG, each with its text under the same name with `.txt`.

    Yields each picture as it is written. The folder is made; files of the same names are replaced.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for kind in kinds:
        for no in range(1, per_kind + 1):
            random = Random(f"{seed} {kind.name} {no}")  # noqa: S311 - papers of a bench, no secret
            sheet = kind.draw(random)
            path = folder / f"{kind.name}-{no:02}.jpg"
            worn = kind.wear(sheet.image, random)
            resolution = {"dpi": (kind.dpi, kind.dpi)} if kind.dpi else {}
            worn.save(path, "JPEG", quality=88, **resolution)
            path.with_suffix(".txt").write_text(sheet.text + "\n", "utf-8")
            yield path
