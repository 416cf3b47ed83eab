"""Tables of the application, one file per noun. Importing the package registers all of them."""

from workflow_app.models import (
    attempt,
    audit,
    case,
    configuration,
    definition,
    document,
    effect,
    heartbeat,
    incident,
    letter,
    message,
    number,
    session,
    submission,
    tally,
    task,
    user,
)
from workflow_app.models.base import Base

__all__ = [
    "Base",
    "attempt",
    "audit",
    "case",
    "configuration",
    "definition",
    "document",
    "effect",
    "heartbeat",
    "incident",
    "letter",
    "message",
    "number",
    "session",
    "submission",
    "tally",
    "task",
    "user",
]
