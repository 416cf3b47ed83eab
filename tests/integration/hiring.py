"""People of the tests: members with an invented name, a role and the same password."""

from workflow_app.domain import SYSTEM, Actor
from workflow_app.services.accounts import users
from workflow_app.services.core.unit_of_work import Works

PASSWORD = "sandi-uji-coba"


def hire(works: Works, username: str, *roles: str, unit: str = "spkt") -> Actor:
    """Make a member: `hire(works, "budi", "petugas")`."""
    with works.begin(SYSTEM) as work:
        made = users.create(
            work,
            username=username,
            full_name=f"Contoh {username.title()}",
            rank="Bripda",
            nrp="00000000",
            unit=unit,
            roles=roles,
            password=PASSWORD,
        )
        return users.actor_of(made)
