"""The roles there are: how they are called, who gives them, who leads their holders. Pure data."""

ROLES: dict[str, str] = {
    "petugas": "Petugas SPKT",
    "pamapta": "Pamapta",
    "ka_spkt": "Ka SPKT",
    "arsiparis": "Arsiparis",
    "piket_reskrim": "Piket Reskrim",
    "piket_narkoba": "Piket Resnarkoba",
    "piket_intelkam": "Piket Intelkam",
    "piket_lantas": "Piket Lantas",
    "piket_samapta": "Piket Samapta",
    "piket_binmas": "Piket Binmas",
    "piket_propam": "Piket Propam",
    "siwas": "Siwas",
    "bag_ops": "Bag Ops",
    "bag_ren": "Bag Ren",
    "bag_sumda": "Bag Sumda",
    "sarpras": "Sarpras",
    "pimpinan": "Pimpinan",
    "auditor": "Auditor",
    "admin": "Admin",
}
"""Role keys with their seeded labels; the labels shown come from the configuration (Kanit is now Pamapta)."""
UNITS = frozenset({"siwas", "bag_ops", "bag_ren", "bag_sumda", "sarpras"})
"""Oversee and support (SOP V.2): they ask SPKT and are asked by it, and see no other cases (R74 to R78)."""
FIELD_ROLES = frozenset(role for role in ROLES if role.startswith("piket_"))
"""Are where it happens: the moment they press a button is the time of a stage."""
DUTY_FUNCTIONS = FIELD_ROLES | {"pamapta", "pimpinan"}
"""Serve by a roster: their tasks are addressed to who is on duty."""
STAFF_KEEPERS = frozenset({"admin"})
"""Add members, lock and unlock their accounts, give first passwords."""
STAFF_READERS = frozenset({"admin", "pimpinan", "piket_propam"})
"""See the list of members, and change the roles that are theirs to give."""
GIVERS: dict[str, frozenset[str]] = {
    **dict.fromkeys(ROLES, frozenset({"admin", "pimpinan"})),
    "piket_propam": frozenset({"piket_propam", "pimpinan"}),
    **dict.fromkeys(("pimpinan", "auditor"), frozenset({"pimpinan"})),
}
"""Who gives each role to others and takes it from them; nobody to himself. Who sees what Propam has is not the admin's to say (R79)."""
LED_BY: dict[str, frozenset[str]] = {
    **dict.fromkeys(ROLES, frozenset({"pamapta", "ka_spkt", "pimpinan"})),
    "pamapta": frozenset({"ka_spkt", "pimpinan"}),
    **dict.fromkeys(("ka_spkt", "piket_propam", "auditor", "admin"), frozenset({"pimpinan"})),
    "pimpinan": frozenset(),
}
"""Who enters absences of the holders of each role beside themselves. Nobody does it for who stands above him."""
NEVER_PASSED_ON = frozenset({"admin", "auditor", "piket_propam"})
"""Whoever stands in for one of these holds the role himself: the office cannot allow anything else."""
