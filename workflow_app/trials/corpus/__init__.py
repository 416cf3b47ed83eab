"""Invented Indonesian papers with the truth beside them: what `./spkt bench ocr` reads.

A sheet is drawn (`sheets`), worn as scanners, copiers and phones wear it (`wear`), and written beside its text
(`writing`). One seed gives the same papers on every machine with the same fonts and libraries.
"""
