"""Own invented people and cases, and the rehearsal of scenarios on the real services.

Called by commands and tests.
"""
