"""Photos of pages bound into one document, asked from outside of the sandbox: in their order, as they are coded."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from ocr import answers
from ocr.errors import BrokenPhotos, DecodeCrashed, lacks_named
from ocr.inspect import turn_to_look
from ocr.sandbox import Sandbox
from ocr.types import Limits

SECONDS = 40.0
"""For one document: somebody waits for the answer, and a web server waits no longer than a minute."""


@dataclass(frozen=True, slots=True)
class Photo:
    """One picture as it was received; it was looked into before."""

    data: bytes
    media_type: str


def bind(photos: Sequence[Photo], limits: Limits) -> bytes:
    """The photos as a PDF, one a page. The same photos in the same order are the same bytes.

    Raises `BrokenPhotos` with the pages that cannot be shown, or a subclass of `DecodeFailed`.
    """
    own = replace(limits, decode_memory=limits.inspect_memory)
    with lacks_named(), turn_to_look(limits.inspect_wait), TemporaryDirectory(prefix="foto-") as name:
        folder = Path(name)
        files = []
        for no, photo in enumerate(photos, 1):
            path = folder / f"foto-{no}"
            path.write_bytes(photo.data)
            files.append([str(path), photo.media_type])
        with Sandbox(own, folder) as sandbox:
            output = folder / "berkas.pdf"
            answer = sandbox.call("bind", seconds=SECONDS, files=files, output=str(output))
            broken = answers.checked(answer, {"broken": list})["broken"]
            if not all(isinstance(no, int) and 0 < no <= len(photos) for no in broken):
                raise DecodeCrashed
            if broken:
                raise BrokenPhotos(broken)
            return sandbox.read(output.name, limits.decode_file)
