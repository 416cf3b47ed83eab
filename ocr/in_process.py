"""The same engine inside of the sandbox's own process, where `tesserocr` is installed: nothing is started for a page, and
the model is loaded once. The only module that knows tesserocr."""

from functools import lru_cache
from typing import Any

from ocr import engine_output, tesseract
from ocr.errors import EngineFailed

_VARIABLES = {"tessedit_create_pdf": "1", "textonly_pdf": "1"}


@lru_cache(maxsize=1)
def load(command: str, languages: str) -> Any:
    """The engine with the models of the installed program; None where it is not there, or does not take them."""
    try:
        import tesserocr

        return tesserocr.PyTessBaseAPI(path=tesseract.models_of(command), lang=languages)
    except (ImportError, RuntimeError):
        return None


def recognise(api: Any, image: str, dpi: int, layout: int, threshold: int) -> dict[str, Any]:
    """Read one page in one call, see `ocr.recognition`."""
    variables = _VARIABLES | {"user_defined_dpi": str(dpi), "thresholding_method": str(threshold)}
    api.SetPageSegMode(layout)
    for name, value in variables.items():
        api.SetVariable(name, value)
    with engine_output.beside(image) as base:
        try:
            if not api.ProcessPages(str(base), image):
                raise EngineFailed
            return engine_output.answer(api.GetUTF8Text(), api.GetTSVText(0), engine_output.COLUMNS)
        except RuntimeError:
            raise EngineFailed from None
        finally:
            api.Clear()
