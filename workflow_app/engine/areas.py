"""Areas as lists of region codes (`63.06.05` a kecamatan, `63.06.05.1001` a desa or kelurahan)."""

from collections.abc import Collection


def is_within(code: str, area: Collection[str]) -> bool:
    """True if a place lies in an area. Of a place known only by its kecamatan it is enough that part of it does:
    where one does not know, the stricter target holds.
    """
    return any(code == part or code.startswith(f"{part}.") or part.startswith(f"{code}.") for part in area)
