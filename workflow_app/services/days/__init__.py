"""Which days count and who serves on them: calendars with their holidays, the duty roster, who stands in for whom."""
