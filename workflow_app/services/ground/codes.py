"""Random codes that people read from paper and type: unguessable, and forgiving to those who type them."""

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U, so that a code read from paper or by telephone arrives."""
GROUP = 4
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})


def new(length: int) -> str:
    """A fresh random code of 5 bits a character, in groups: `7K3M-0QXR-...`."""
    return _grouped("".join(secrets.choice(ALPHABET) for _ in range(length)))


def normalise(typed: str, length: int) -> str | None:
    """The code as it is kept, or None when it cannot be one. Forgives case, spaces, dashes, O for 0, I for 1."""
    if len(typed) > 4 * length:
        return None
    plain = "".join(typed.upper().split()).replace("-", "").translate(_READ_AS)
    if len(plain) != length or not set(plain) <= set(ALPHABET):
        return None
    return _grouped(plain)


def _grouped(plain: str) -> str:
    return "-".join(plain[start : start + GROUP] for start in range(0, len(plain), GROUP))
