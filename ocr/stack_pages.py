"""Pages of a stack from the feeder: what QR codes they carry, and whether they are blank.

Runs in the sandbox only.
"""

from typing import Any

import numpy as np
from PIL import Image

from ocr import pictures, preprocess, signatures

DPI = 150
SIDES = (1100, 1600)
"""Longest side of the picture that codes are looked for on. The second detector of the library is by far the surer one; each
finds codes that the other misses, so a page without any is looked at four times: a tenth of a second."""
MOST_CODES, LONGEST_CODE = 8, 300


def look(path: str, media_type: str, no: int) -> dict[str, Any]:
    """The texts of the QR codes on page `no`, and whether nothing is written on it."""
    if media_type == signatures.PDF:
        from ocr import pdf

        gray, dpi = pdf.draw(path, no, DPI)
    else:
        gray, dpi = pictures.decode_gray(path, media_type, no)
    codes = _codes(gray)
    return {
        "codes": codes,
        "is_blank": not codes and preprocess.prepare(gray, dpi, whole=True).is_blank,
    }


def _codes(gray: Image.Image) -> list[str]:
    # Loaded for stacks only: it costs a fifth of a second in every process.
    import cv2

    cv2.setNumThreads(1)
    ways: tuple[tuple[int, Any], ...] = tuple(
        (side, way) for side in SIDES for way in (cv2.QRCodeDetectorAruco(), cv2.QRCodeDetector())
    )
    for side, detector in ways:
        small = gray.copy()
        small.thumbnail((side, side), Image.Resampling.BILINEAR)
        try:
            found, texts, _, _ = detector.detectAndDecodeMulti(np.asarray(small))
        except cv2.error:
            continue
        if codes := [text[:LONGEST_CODE] for text in texts if text] if found else []:
            return codes[:MOST_CODES]
    return []
