"""Backup of the database and objects of a running site to another disk, and restore into an empty
place.
"""
