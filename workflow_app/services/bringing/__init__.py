"""Paper comes in: stacks from the feeder or a folder, cover sheets, phones, mails."""
