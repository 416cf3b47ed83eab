"""Pages of files as one PDF, in the order and turned as somebody arranged them, with nothing of the pages that are not asked for.

Runs in the sandbox only.
"""

from contextlib import ExitStack
from typing import Any

import pikepdf
from pikepdf import Pdf

from ocr import embedding, signatures, single_pages, text_layer


def arrange(files: list[list[str]], leaves: list[dict[str, Any]], models: str, output: str) -> dict[str, Any]:
    """Write the leaves as a PDF; their pictures stay as they are coded.

    `files`: path and media type of each. Each leaf: `file` (its place in the list), `no` (its page there), `turn` (degrees
    clockwise), and `words` with `width` and `height` of the upright page where its invisible text is to be laid anew, else
    None. `models` is the folder of the engine, which has the font for that.
    """
    with ExitStack() as opened, Pdf.new() as made:
        sources = [
            opened.enter_context(Pdf.open(path)) if kind == signatures.PDF else None for path, kind in files
        ]
        chosen = [
            source.pages[leaf["no"] - 1] if (source := sources[leaf["file"]]) is not None else None
            for leaf in leaves
        ]
        for page in chosen:
            if page is not None:
                single_pages.isolate(page)
        for leaf, page in zip(leaves, chosen, strict=True):
            if page is None:
                path, kind = files[leaf["file"]]
                embedding.add_picture(made, path, kind, leaf["no"])
            else:
                made.pages.append(page)
        font = text_layer.font(made, models)
        laid = 0
        for leaf, page in zip(leaves, made.pages, strict=True):
            if leaf["turn"]:
                page.rotate(leaf["turn"], relative=True)
            if leaf["words"] is not None:
                text_layer.remove(page)
                if font is not None and leaf["words"]:
                    text_layer.lay(made, page, font, leaf["words"], leaf["width"], leaf["height"])
                    laid += 1
        made.remove_unreferenced_resources()
        made.save(output, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)
    return {"pages": len(leaves), "laid": laid}
