"""Rate limits of the sign-in and of public look-ups. The counter of one Polres shares one address: limits are wide."""

from flask import request
from flask.wrappers import Response
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

PER_ADDRESS = "60 per minute"
PER_ACCOUNT = "10 per 5 minutes"
PUBLIC_LOOKUPS = "60 per minute"

limiter = Limiter(get_remote_address, storage_uri="memory://")


def account_at_address() -> str:
    """One account tried from one address."""
    return f"{get_remote_address()}|{request.form.get('nama_pengguna', '').strip().lower()}"


def has_failed(response: Response) -> bool:
    """Only failed attempts count: a change of shift does not lock the counter out."""
    return response.status_code != 302
