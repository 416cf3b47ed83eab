"""Sealing of personal answers: a data key per case, wrapped by a key that is not in the database (R23)."""

import hashlib
import hmac
import json
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from workflow_app.errors import SentraError
from workflow_app.types import Answers

NONCE = 12


class SealBroken(SentraError):
    """Sealed bytes do not open: wrong key, or they were changed."""

    sentence = "Data rahasia berkas ini tidak dapat dibuka dengan kunci yang terpasang. Hubungi admin."


class Vault:
    """AES-256-GCM in two levels. The context is authenticated: sealed bytes moved to another row do not open."""

    def __init__(self, wrapping_key: bytes) -> None:
        self._wrapping = AESGCM(wrapping_key)
        self._marking = HKDF(hashes.SHA256(), length=32, salt=None, info=b"case mark").derive(wrapping_key)

    def new_key(self) -> bytes:
        """A fresh data key for one case, wrapped; store it with the case."""
        return _encrypt(self._wrapping, AESGCM.generate_key(256), b"data key")

    def seal(self, wrapped_key: bytes, answers: Answers, context: str) -> bytes:
        """Answers as sealed bytes."""
        plain = json.dumps(answers, ensure_ascii=False, separators=(",", ":")).encode()
        return _encrypt(self._data_key(wrapped_key), plain, context.encode())

    def open(self, wrapped_key: bytes, sealed: bytes, context: str) -> Answers:
        """The answers again; raises `SealBroken`."""
        answers: Answers = json.loads(_decrypt(self._data_key(wrapped_key), sealed, context.encode()))
        return answers

    def mark(self, kind: str, plain: str) -> bytes:
        """A digest by which equal texts of one kind are found and nothing is read. The same for every case of the office."""
        message = f"{len(kind)}:{kind}{plain}".encode()
        return hmac.new(self._marking, message, hashlib.sha256).digest()

    def fingerprint(self, wrapped_key: bytes, secret: str, context: str) -> bytes:
        """Stands for a random secret that somebody will show again: the same for the same one, and not to be tried out
        without the wrapping key.
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
