"""Drawn signatures before they are kept or printed: drawn anew by the sandbox, so that no paper carries a foreign picture."""

import base64

from ocr.drawings import redraw
from ocr.errors import OcrError
from workflow_app.engine.form_signatures import ADDRESS, LONGEST_SIDE, UNREADABLE, is_drawing
from workflow_app.engine.forms import Form
from workflow_app.errors import InvalidInput, Unavailable
from workflow_app.types import Answers

EMPTY = "Tanda tangan masih kosong. Minta warga menandatangani di kotak, lalu kirim lagi."


def clean(address: str) -> str | None:
    """The drawing as a data address of our own making, None when nothing can be seen in it.

    Raises `InvalidInput` for what is no drawing, `Unavailable` when it could not be looked at now.
    """
    if not is_drawing(address):
        raise InvalidInput(UNREADABLE)
    try:
        picture = redraw(base64.b64decode(address.removeprefix(ADDRESS)), LONGEST_SIDE)
    except OcrError as error:
        if error.is_retryable:
            raise Unavailable(detail=type(error).__name__) from error
        raise InvalidInput(UNREADABLE) from error
    if picture is None:
        return None
    anew = ADDRESS + base64.b64encode(picture).decode()
    # What comes out of the sandbox is judged as what went in: a picture full of noise may have grown.
    if not is_drawing(anew):
        raise InvalidInput(UNREADABLE)
    return anew


def redrawn(form: Form, given: Answers) -> Answers:
    """The answers with their drawings drawn anew. Raises `InvalidInput` with the sentence at the field."""
    found = dict(given)
    for field in form.fields.values():
        if field.widget != "signature" or not isinstance(address := given.get(field.name), str):
            continue
        try:
            anew = clean(address)
        except InvalidInput as error:
            raise InvalidInput(fields={field.name: error.sentence}) from error
        if anew is None:
            raise InvalidInput(fields={field.name: EMPTY})
        found[field.name] = anew
    return found
