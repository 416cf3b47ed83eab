"""Accounts that change while their owners work: closed, opened again, other roles, a session from
before.
"""

from dataclasses import replace

from hypothesis import strategies as st

from tests.integration.stateful.hall import Hall, deed
from workflow_app.domain import SYSTEM
from workflow_app.services.accounts import users

STAFF = (
    "petugas",
    "petugas2",
    "pamapta",
    "ka_spkt",
    "ka_spkt2",
    "ganda",
    "serba",
    "piket_reskrim",
    "piket_propam",
    "auditor",
)
MOST_CLOSED = 2
"""Of so many people at most the accounts are closed at a time; else nothing would go on."""

staff = st.sampled_from(STAFF)
some_roles = st.sampled_from(
    [
        ["petugas"],
        ["ka_spkt"],
        ["petugas", "ka_spkt"],
        ["pamapta", "petugas"],
        ["auditor"],
        ["piket_propam"],
    ]
)


class Accounts(Hall):
    """What an admin does. Pages that are open go on under the powers they were opened with, until
    their owner signs in.
    """

    @deed(name=staff, is_meant=st.booleans())
    def close_account(self, name: str, is_meant: bool) -> None:
        if not is_meant or len(self.closed | {name}) > MOST_CLOSED:
            return
        with self.works.begin(SYSTEM) as work:
            users.disable(work, name)
        self.closed.add(name)

    @deed()
    def open_accounts(self) -> None:
        for name in sorted(self.closed):
            with self.works.begin(SYSTEM) as work:
                users.enable(work, name)
        self.closed.clear()

    @deed(name=staff, roles=some_roles, is_meant=st.booleans())
    def change_roles(self, name: str, roles: list[str], is_meant: bool) -> None:
        if not is_meant:
            return
        with self.works.begin(SYSTEM) as work:
            users.set_roles(work, name, roles)
        self.roles[name] = frozenset(roles)

    @deed()
    def everybody_signs_in(self) -> None:
        for name in STAFF:
            self.people[name] = replace(self.people[name], roles=self.roles[name])

    @deed()
    def the_old_staff_is_back(self) -> None:
        for name in STAFF:
            if self.roles[name] != self.ground.people[name].roles:
                self.change_roles(name, sorted(self.ground.people[name].roles), True)
        self.open_accounts()
        self.everybody_signs_in()
