"""What values must look like that name who receives something, or who may stand in for whom.
Pure.
"""

from collections.abc import Collection
from typing import Any

from workflow_app.permissions import EXAMINERS, FIELD_ROLES, LEADS, NEVER_PASSED_ON, ROLES, UNITS
from workflow_app.services.office_settings import configuration_shapes

RECEIVERS = tuple(role for role in ROLES if role in FIELD_ROLES and role != "piket_propam")
INVESTIGATORS = tuple(role for role in RECEIVERS if role in EXAMINERS)
ASKED = tuple(role for role in ROLES if role in UNITS or role in RECEIVERS)
"""Whom SPKT asks."""
ASKED_OF_SPKT = tuple(role for role in ROLES if role in LEADS)
PASSED_ON = tuple(role for role in ROLES if role not in NEVER_PASSED_ON)


def receiver(value: Any) -> str:
    """A function to which citizens are referred. Propam has a way of its own, behind its wall
    (R79).
    """
    return _one_of(value, RECEIVERS)


def investigator(value: Any) -> str:
    """A function that investigates what is reported."""
    return _one_of(value, INVESTIGATORS)


def asked(value: Any) -> str:
    """A unit or function that SPKT asks for something."""
    return _one_of(value, ASKED)


def asked_of_spkt(value: Any) -> str:
    """Who answers in SPKT what others ask of it."""
    return _one_of(value, ASKED_OF_SPKT)


def only_propam(value: Any) -> str:
    """Nobody sends elsewhere what Propam is asked about members (R79)."""
    return (
        ""
        if value is None
        else "Permintaan kepada Sie Propam tidak dialihkan ke fungsi lain. Isi dengan null."
    )


def _one_of(value: Any, roles: Collection[str]) -> str:
    if value is None or configuration_shapes.is_among(value, roles):
        return ""
    return (
        f"Isi dengan peran penerima, salah satu dari {', '.join(roles)}; null bila menurut tabel "
        "proses."
    )


def substitutes(value: Any) -> str:
    """Who watches, keeps the server or works behind Propam's wall is stood in for by his like only
    (R79).
    """
    is_right = isinstance(value, dict) and all(
        role in PASSED_ON
        and configuration_shapes.is_choice(others, PASSED_ON)
        and role not in others
        for role, others in value.items()
    )
    return (
        ""
        if is_right
        else 'Isi dengan objek peran ke daftar peran penggantinya, seperti {"ka_spkt": '
        '["pamapta"]}. '
        f"Peran yang dikenal: {', '.join(PASSED_ON)}."
    )
