"""Benches and load: throw-away sites under officers who press on."""
