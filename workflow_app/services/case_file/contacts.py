"""Whose contact an answer is: the citizen's own, or that of who helped to fill in the form (pitfall 29)."""

from workflow_app.types import Answers


def is_own(given: Answers) -> bool:
    """Is the contact of these answers the citizen's? Of who was helped only when it is said to be."""
    owner = given.get("pemilik_kontak", "" if given.get("dibantu") == "ya" else "pelapor")
    return owner == "pelapor"
