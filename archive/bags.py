"""Writing of bags (BagIt, RFC 8493): folders of documents with the means to check that they are
complete.
"""

import hashlib
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from archive import bag_verifier

VERIFIER = "verify.py"


class Bag:
    """A bag during its creation."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._hashes: dict[str, str] = {}
        self._bytes = 0

    def add(self, name: str, data: bytes | Iterable[bytes]) -> str:
        """Write one file of the contents, named below `data/`; returns its SHA-256."""
        digest = hashlib.sha256()
        path = self.folder / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as stream:
            for chunk in (data,) if isinstance(data, bytes) else data:
                digest.update(chunk)
                self._bytes += stream.write(chunk)
        self._hashes[f"data/{name}"] = digest.hexdigest()
        return digest.hexdigest()

    def close(self, facts: Mapping[str, str], index: str) -> None:
        """Write the tag files: the facts, the index page, the verifier and the hashes
        of all files.
        """
        facts = {**facts, "Payload-Oxum": f"{self._bytes}.{len(self._hashes)}"}
        tags = {
            "bagit.txt": bag_verifier.DECLARATION,
            "bag-info.txt": "".join(
                f"{name}: {_one_line(words)}\n" for name, words in facts.items()
            ),
            "index.html": index,
            VERIFIER: Path(bag_verifier.__file__).read_text("utf-8"),
            bag_verifier.MANIFEST: _manifest(self._hashes),
        }
        hashes = {name: hashlib.sha256(words.encode()).hexdigest() for name, words in tags.items()}
        for name, words in {**tags, bag_verifier.TAG_MANIFEST: _manifest(hashes)}.items():
            (self.folder / name).write_text(words, "utf-8", newline="\n")


@contextmanager
def new_bag(folder: Path) -> Iterator[Bag]:
    """Create a bag at a path that must not exist (`FileExistsError`). After an error, nothing is
    left at that path.
    """
    if folder.exists():
        raise FileExistsError(folder)
    unfinished = folder.with_name(f"{folder.name}.part")
    unfinished.mkdir(parents=True)
    try:
        (unfinished / "data").mkdir()
        yield Bag(unfinished)
        unfinished.rename(folder)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise


def _manifest(hashes: Mapping[str, str]) -> str:
    return "".join(f"{sha256}  {name}\n" for name, sha256 in sorted(hashes.items()))


def _one_line(words: str) -> str:
    return " ".join(words.split())
