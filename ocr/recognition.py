"""Reading one page by the engine that is there: inside of this process, or else as a program. In the sandbox only."""

from typing import Any

from ocr import in_process, tesseract

PROGRAM = "tesseract"
_ANY_LAYOUT, _ONE_BLOCK = 3, 6
_ONE_THRESHOLD, _LOCAL_THRESHOLD = 0, 2
"""Otsu's for the whole page, and Sauvola's for each part of it."""


def recognise(
    command: str, languages: str, image: str, dpi: int, one_block: bool, local: bool
) -> dict[str, Any]:
    """Read one page in one call, as one block of lines or in the layout that the engine finds, made black and white by
    one threshold or by `local` ones: `text` and `words` as (text, confidence, left, top, width, height). A PDF of invisible
    text is left beside the picture, under its name with `.pdf`. Raises `EngineTimeout`, `EngineFailed` or `EngineMissing`.
    """
    layout = _ONE_BLOCK if one_block else _ANY_LAYOUT
    threshold = _LOCAL_THRESHOLD if local else _ONE_THRESHOLD
    # Who names another program wants that one.
    if command == PROGRAM and (loaded := in_process.load(command, languages)):
        return in_process.recognise(loaded, image, dpi, layout, threshold)
    return tesseract.recognise(command, languages, image, dpi, layout, threshold)
