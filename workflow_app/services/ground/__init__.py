"""What every verb stands on: the transaction, the vault, the trail, jobs and the clock they are written by."""
