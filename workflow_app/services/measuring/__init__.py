"""What is counted: running cases on the board, stays on the steps of a process, the event log of it."""
