"""What an audit of an installation finds."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """Something that must not be. Nothing in it is personal."""

    kind: str
    """A short word for this kind of fault: `task`, `number`, `blob`."""
    where: str
    """Ids only."""
    sentence: str
