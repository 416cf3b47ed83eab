"""Own calendars, holidays and working days.

Called by roster, cases, workflow, pages.
"""
