"""The account of who acts, looked at again where he is about to change something."""

from uuid import UUID

from sqlalchemy import bindparam, select

from workflow_app.errors import Forbidden
from workflow_app.models.user import User, UserRole
from workflow_app.services.days import substitutions
from workflow_app.services.ground import rows
from workflow_app.services.ground.unit_of_work import UnitOfWork

_ACCOUNT = (
    select(User.is_active, User.unit, UserRole.role)
    .join(UserRole, UserRole.user_id == User.id)
    .where(User.id == bindparam("user_id"))
    .with_for_update(read=True, of=(User, UserRole))
)
"""An account with its roles, as they stay until commit. A row that is locked is read as its last writer left it, one that is
only joined is not, so the roles are locked too; and after the account, in the order in which it is changed.
"""


def check(work: UnitOfWork) -> None:
    """The actor's account is open and holds its roles, and does so until commit: the session told how it was before the
    request stood in line. The system and the public have no account. Locks it so that others may do the same.
    """
    if work.actor.user_id is None:
        return
    held = rows.read(work, _ACCOUNT, {"user_id": work.actor.user_id}).all()
    if any(not row.is_active for row in held):
        raise Forbidden(
            "Akun Anda sudah ditutup, jadi langkah ini tidak disimpan. Bila ini keliru, hubungi admin."
        )
    if any(row.unit != work.actor.unit for row in held) or not work.actor.roles <= {row.role for row in held}:
        raise Forbidden(
            "Peran akun Anda baru saja diubah, jadi langkah ini tidak disimpan. Masuk lagi, lalu periksa tugas Anda."
        )
    _check_substitution(work, work.actor.user_id)


def _check_substitution(work: UnitOfWork, user_id: UUID) -> None:
    """Whom the actor stood in for when the request came is still absent, and stays so until commit."""
    told = work.actor.stands_for
    if not told:
        return
    still = substitutions.of_substitute(work, user_id, work.actor.roles, work.actor.unit, lock=True)
    known = {other.user_id: other.roles for other in still}
    if over := [
        other.name for other in told if not other.roles <= known.get(other.user_id, frozenset[str]())
    ]:
        raise Forbidden(
            f"Penggantian Anda untuk {', '.join(over)} sudah berakhir, jadi langkah ini tidak disimpan. "
            "Muat ulang halaman, lalu periksa tugas Anda."
        )
