"""The invented papers: the same from the same seed, different from each other, with their text
beside them.
"""

import re
from pathlib import Path

import pytest
from PIL import Image

from workflow_app.tools.load import corpus
from workflow_app.tools.load.corpus import KINDS, Kind

QUICK = tuple(kind for kind in KINDS if kind.name in ("kartu", "200dpi"))


def test_the_default_corpus_has_enough_papers_of_every_kind_that_wears_them() -> None:
    assert len(KINDS) * 5 >= 60
    assert len({kind.name for kind in KINDS}) == len(KINDS)


def test_the_same_seed_makes_the_same_papers_and_another_seed_others(tmp_path: Path) -> None:
    def made(name: str, seed: int) -> dict[str, bytes]:
        list(corpus.write(tmp_path / name, per_kind=2, seed=seed, kinds=QUICK))
        return {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()}

    first, again, other = made("a", 1), made("b", 1), made("c", 2)
    assert first == again
    assert first.keys() == other.keys()
    assert not set(first.values()) & set(other.values())
    assert len(set(first.values())) == len(first), "no two papers are alike"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_each_kind_can_be_drawn_and_says_what_is_on_it(kind: Kind, tmp_path: Path) -> None:
    [path] = corpus.write(tmp_path, per_kind=1, kinds=[kind])
    with Image.open(path) as image:
        assert image.info.get("dpi") == ((kind.dpi, kind.dpi) if kind.dpi else None)
        assert min(image.size) > 600
        assert len(image.resize((60, 60)).getcolors(3600) or ()) > 5, "something is on it"
    text = path.with_suffix(".txt").read_text("utf-8")
    assert len(text) > 150
    numbers = re.findall(r"\d{16}", text)
    assert all(number.startswith("99") for number in numbers), "no province has this number"
