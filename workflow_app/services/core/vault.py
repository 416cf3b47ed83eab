"""Sealing of personal answers: a data key per case, wrapped by a key that is not in the database
(R23).

Random codes that people read from paper and type: unguessable, and forgiving to those who type
them.
"""

import hashlib
import hmac
import json
import os
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from workflow_app.domain import Answers, SentraError

NONCE = 12


class SealBroken(SentraError):
    """Sealed bytes do not open: wrong key, or they were changed."""

    sentence = (
        "Data rahasia berkas ini tidak dapat dibuka dengan kunci yang terpasang. Hubungi admin."
    )


class Vault:
    """AES-256-GCM in two levels. The context is authenticated: sealed bytes moved to another row do
    not open.
    """

    def __init__(self, wrapping_key: bytes) -> None:
        self._wrapping = AESGCM(wrapping_key)
        self._marking = HKDF(hashes.SHA256(), length=32, salt=None, info=b"case mark").derive(
            wrapping_key
        )

    def new_key(self) -> bytes:
        """A fresh data key for one case, wrapped; store it with the case."""
        return _encrypt(self._wrapping, AESGCM.generate_key(256), b"data key")

    def seal(self, wrapped_key: bytes, answers: Answers, context: str) -> bytes:
        """Answers as sealed bytes."""
        plain = json.dumps(answers, ensure_ascii=False, separators=(",", ":")).encode()
        return _encrypt(self._data_key(wrapped_key), plain, context.encode())

    def open(self, wrapped_key: bytes, sealed: bytes, context: str) -> Answers:
        """The answers again; raises `SealBroken`."""
        answers: Answers = json.loads(
            _decrypt(self._data_key(wrapped_key), sealed, context.encode())
        )
        return answers

    def mark(self, kind: str, plain: str) -> bytes:
        """A digest by which equal texts of one kind are found and nothing is read. The same for
        every case of the office.
        """
        message = f"{len(kind)}:{kind}{plain}".encode()
        return hmac.new(self._marking, message, hashlib.sha256).digest()

    def fingerprint(self, wrapped_key: bytes, secret: str, context: str) -> bytes:
        """Stands for a random secret that somebody will show again: the same for the same one, and
        not to be tried out without the wrapping key.
        """
        own = hmac.new(self._opened(wrapped_key), context.encode(), hashlib.sha256).digest()
        return hmac.new(own, secret.encode(), hashlib.sha256).digest()

    def _data_key(self, wrapped_key: bytes) -> AESGCM:
        return AESGCM(self._opened(wrapped_key))

    def _opened(self, wrapped_key: bytes) -> bytes:
        return _decrypt(self._wrapping, wrapped_key, b"data key")


def _encrypt(cipher: AESGCM, plain: bytes, context: bytes) -> bytes:
    nonce = os.urandom(NONCE)
    return nonce + cipher.encrypt(nonce, plain, context)


def _decrypt(cipher: AESGCM, sealed: bytes, context: bytes) -> bytes:
    try:
        return cipher.decrypt(sealed[:NONCE], sealed[NONCE:], context)
    except InvalidTag as error:
        raise SealBroken(detail="authentication failed") from error


ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U, so that a code read from paper or by telephone arrives."""
GROUP = 4
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})


def new(length: int) -> str:
    """A fresh random code of 5 bits a character, in groups: `7K3M-0QXR-...`."""
    return _grouped("".join(secrets.choice(ALPHABET) for _ in range(length)))


def normalise(typed: str, length: int) -> str | None:
    """The code as it is kept, or None when it cannot be one. Forgives case, spaces, dashes, O for
    0, I for 1.
    """
    if len(typed) > 4 * length:
        return None
    plain = "".join(typed.upper().split()).replace("-", "").translate(_READ_AS)
    if len(plain) != length or not set(plain) <= set(ALPHABET):
        return None
    return _grouped(plain)


def _grouped(plain: str) -> str:
    return "-".join(plain[start : start + GROUP] for start in range(0, len(plain), GROUP))
