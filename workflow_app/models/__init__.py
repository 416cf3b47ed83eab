"""Tables of the application, one file per noun. Importing the package registers all of them."""

from workflow_app.models import (
    audit,
    case,
    configuration,
    definition,
    document,
    effect,
    incident,
    letter,
    number,
    submission,
    task,
    user,
)
from workflow_app.models.base import Base

__all__ = [
    "Base",
    "audit",
    "case",
    "configuration",
    "definition",
    "document",
    "effect",
    "incident",
    "letter",
    "number",
    "submission",
    "task",
    "user",
]
