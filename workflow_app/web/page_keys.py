"""The key of a page with a form: the same page sent twice does its work once."""

from uuid import uuid4

from flask import request

LONGEST = 64


def sent() -> str:
    """The key of the page that was sent; a new one where it had none."""
    return request.form.get("kunci", "")[:LONGEST] or str(uuid4())
