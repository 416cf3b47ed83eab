"""Limits on guessing: what tries are counted under (account, address, device), with the numbers and
reasons of decision 0012.

A browser that has signed in to an account before carries a signed device cookie for it. Such a
device has its own count, so that attacks on the account from elsewhere do not slow down its owner.
"""

import hashlib
import hmac
import ipaddress
import math
import secrets
from datetime import timedelta

from flask import current_app, request
from flask.wrappers import Response
from itsdangerous import BadData, URLSafeTimedSerializer

from workflow_app.services.accounts.sessions import Limit, Try

AT_ADDRESS = Limit(free=5, longest=timedelta(minutes=5), is_cleared=True)
"""Tries for one account from one address."""
ACCOUNT = Limit(free=20, longest=timedelta(minutes=1))
"""Tries for one account from anywhere but its known devices."""
ADDRESS = Limit(free=50, longest=timedelta(minutes=1))
"""Tries for all accounts from one address, which an office shares."""
DEVICE = Limit(free=10, longest=timedelta(minutes=5), is_cleared=True)
"""Tries for one account from one of its known devices."""
OLD_PASSWORD = Limit(free=5, longest=timedelta(minutes=5), is_cleared=True)
"""Tries of the old password inside a session."""
LOOKUPS = Limit(free=30, longest=timedelta(minutes=1))
"""Verification codes without a letter, from one address."""
TRACKING = Limit(free=30, longest=timedelta(minutes=1))
"""Numbers with a wrong secret, from one address."""
CAPTURES = Limit(free=30, longest=timedelta(minutes=1))
"""Invalid codes for phones, from one address: an office shares it, and old codes are
scanned again.
"""

DEVICE_AGE = timedelta(days=180)
MOST_ACCOUNTS = 20
"""Number of accounts a device is known for: a shift shares a machine of the counter."""


def of_sign_in(username: str) -> list[Try]:
    """Return the counts of a sign-in."""
    account = _name(username)
    device, accounts = _device()
    if _digest("known", account).hex() in accounts:
        return [Try(_digest("device", device, account), DEVICE)]
    address = _address()
    return [
        Try(_digest("account at address", account, address), AT_ADDRESS),
        Try(_digest("account", account), ACCOUNT),
        Try(_digest("address", address), ADDRESS),
    ]


def of_old_password(username: str) -> list[Try]:
    """Return the counts of a wrong old password."""
    return [Try(_digest("old password", _name(username)), OLD_PASSWORD)]


def of_lookup() -> list[Try]:
    """Return the counts of a code look-up."""
    return [Try(_digest("lookup", _address()), LOOKUPS)]


def of_tracking() -> list[Try]:
    """Return the counts of a look-up of a number with its secret."""
    return [Try(_digest("tracking", _address()), TRACKING)]


def of_capture() -> list[Try]:
    """Return the counts of a look-up of a phone's code."""
    return [Try(_digest("capture", _address()), CAPTURES)]


def sentence(wait: timedelta) -> str:
    """Return the sentence for a person who has to wait. It is the same whether or not the account
    exists.
    """
    whole = seconds(wait)
    span = f"{whole} detik" if whole < 90 else f"{math.ceil(whole / 60)} menit"
    return f"Terlalu banyak percobaan yang salah. Tunggu {span}, lalu coba lagi."


def seconds(wait: timedelta) -> int:
    """Return a wait in whole seconds, for the header `Retry-After`."""
    return math.ceil(wait.total_seconds())


def know_device(response: Response, username: str) -> Response:
    """Mark this browser as a known device of the account after a right password."""
    device, accounts = _device()
    known = _digest("known", _name(username)).hex()
    newest = [known, *(item for item in accounts if item != known)][:MOST_ACCOUNTS]
    response.set_cookie(
        _cookie(),
        _serializer().dumps([device or secrets.token_hex(16), newest]),
        max_age=DEVICE_AGE,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Strict",
    )
    return response


def fingerprint(username: str) -> str:
    """Return a pseudonym of a user name for the log; a mistyped name could be a secret."""
    return _digest("log", _name(username)).hex()[:12]


def _device() -> tuple[str, list[str]]:
    """Return the device of this request and the accounts it is known for; empty without a genuine
    cookie.
    """
    try:
        device, accounts = _serializer().loads(
            request.cookies.get(_cookie(), ""), max_age=int(DEVICE_AGE.total_seconds())
        )
    except (BadData, ValueError, TypeError):
        return "", []
    return str(device), [str(item) for item in accounts]


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(
        current_app.secret_key or "", salt="device", signer_kwargs={"digest_method": hashlib.sha256}
    )


def _cookie() -> str:
    return f"{current_app.config['SESSION_COOKIE_NAME']}-device"


def _name(username: str) -> str:
    return username.strip().lower()


def _address() -> str:
    """Return the visitor's address; for IPv6 its network, because one subscriber has all addresses
    in it.
    """
    text = request.remote_addr or ""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return text
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def _digest(*parts: str) -> bytes:
    """Return a keyed hash, so that names and addresses cannot be found by trying all of them."""
    key = str(current_app.secret_key).encode()
    return hmac.new(key, "\x00".join(parts).encode(errors="replace"), hashlib.sha256).digest()
