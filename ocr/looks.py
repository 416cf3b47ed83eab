"""How pages look that were read before looks were kept, from their small pictures."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from ocr import answers
from ocr.errors import DecodeFailed
from ocr.sandbox import Sandbox
from ocr.types import Limits

LIMITS = Limits(decode_seconds=20.0, decode_memory=500_000_000, decode_file=20_000_000)


def looks(pictures: Sequence[tuple[bytes, str]], *, nice: int = 0) -> list[tuple[int, ...] | None]:
    """The look of each picture, given with its media type, as `ocr.likeness` tells it; None for one that cannot be decoded.

    Decoded in a separate process.
    """
    with TemporaryDirectory(prefix="rupa-") as folder, Sandbox(LIMITS, Path(folder), nice=nice) as sandbox:
        found: list[tuple[int, ...] | None] = []
        for picture, media_type in pictures:
            source = Path(folder) / "gambar"
            source.write_bytes(picture)
            try:
                answer = sandbox.call("look", path=str(source), media_type=media_type)
                found.append(answers.bytes_of(answers.checked(answer, {"likeness": list})["likeness"], 8))
            except DecodeFailed:
                found.append(None)
        return found
