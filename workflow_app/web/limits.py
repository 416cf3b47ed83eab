"""What is counted when somebody guesses: the account, the address, the device. Numbers and reasons:
decision 0012.

A browser that has proved the password of an account before carries a signed device cookie for it.
It has a count of its own, so that whoever hammers on the account from elsewhere does not slow down
its owner at the counter.
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
"""One account from one address."""
ACCOUNT = Limit(free=20, longest=timedelta(minutes=1))
"""One account from anywhere but its known devices."""
ADDRESS = Limit(free=50, longest=timedelta(minutes=1))
"""All accounts from one address: an office shares one."""
DEVICE = Limit(free=10, longest=timedelta(minutes=5), is_cleared=True)
"""One account from one of its known devices."""
OLD_PASSWORD = Limit(free=5, longest=timedelta(minutes=5), is_cleared=True)
"""The old password, asked again inside a session."""
LOOKUPS = Limit(free=30, longest=timedelta(minutes=1))
"""Codes that no letter has, from one address."""
TRACKING = Limit(free=30, longest=timedelta(minutes=1))
"""Numbers with a secret that is not theirs, from one address."""
CAPTURES = Limit(free=30, longest=timedelta(minutes=1))
"""Codes for phones that lead nowhere, from one address: an office shares one, and old codes are
scanned again.
"""

DEVICE_AGE = timedelta(days=180)
MOST_ACCOUNTS = 20
"""Accounts one device is known for: a machine of the counter is shared by a shift."""


def of_sign_in(username: str) -> list[Try]:
    """What a sign-in is counted under."""
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
    """What a wrong old password is counted under."""
    return [Try(_digest("old password", _name(username)), OLD_PASSWORD)]


def of_lookup() -> list[Try]:
    """What a look-up of a code is counted under."""
    return [Try(_digest("lookup", _address()), LOOKUPS)]


def of_tracking() -> list[Try]:
    """What a look-up of a number with its secret is counted under."""
    return [Try(_digest("tracking", _address()), TRACKING)]


def of_capture() -> list[Try]:
    """What a look-up of a code for phones is counted under."""
    return [Try(_digest("capture", _address()), CAPTURES)]


def sentence(wait: timedelta) -> str:
    """What somebody reads who has to wait. The same whether or not the account exists."""
    whole = seconds(wait)
    span = f"{whole} detik" if whole < 90 else f"{math.ceil(whole / 60)} menit"
    return f"Terlalu banyak percobaan yang salah. Tunggu {span}, lalu coba lagi."


def seconds(wait: timedelta) -> int:
    """A wait in whole seconds, for the header `Retry-After`."""
    return math.ceil(wait.total_seconds())


def know_device(response: Response, username: str) -> Response:
    """After a right password: this browser has proved it."""
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
    """Stands for a user name in the log: the same for the same name, and not the name, which may be
    mistyped.
    """
    return _digest("log", _name(username)).hex()[:12]


def _device() -> tuple[str, list[str]]:
    """The device of this request and the accounts it is known for; empty when there is no genuine
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
    """The address of the visitor. Of IPv6 the network: one subscriber has all addresses of it."""
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
    """A keyed hash: names and addresses cannot be found again by trying all of them."""
    key = str(current_app.secret_key).encode()
    return hmac.new(key, "\x00".join(parts).encode(errors="replace"), hashlib.sha256).digest()
