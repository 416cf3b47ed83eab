"""What belongs to the office: configuration, calendars, rosters, numbers, deployed processes, and how things are put into words."""
