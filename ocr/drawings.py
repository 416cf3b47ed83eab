"""Drawn signatures, asked from outside of the sandbox: what goes on paper is a picture that we have written ourselves."""

from pathlib import Path
from tempfile import TemporaryDirectory

from ocr import answers
from ocr.sandbox import Sandbox
from ocr.types import Limits

LIMITS = Limits(decode_seconds=10.0, decode_memory=500_000_000, decode_file=20_000_000)
"""Somebody waits for the answer, and a pad is small."""


def redraw(picture: bytes, longest: int) -> bytes | None:
    """The PNG `picture` with the same pixels, written anew; None when there is nothing to see in it.

    Decoded in a separate process of its own. `longest` is the most pixels a side may have. Raises a subclass of
    `DecodeFailed` for a picture that cannot be decoded.
    """
    with TemporaryDirectory(prefix="tanda-") as folder, Sandbox(LIMITS, Path(folder)) as sandbox:
        source, target = Path(folder) / "asal", Path(folder) / "baru"
        source.write_bytes(picture)
        answer = sandbox.call("redraw", source=str(source), target=str(target), longest=longest)
        is_empty = answers.checked(answer, {"is_empty": bool})["is_empty"]
        return None if is_empty else sandbox.read(target.name, LIMITS.decode_file)
