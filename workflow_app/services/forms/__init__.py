"""Forms: what is asked, what speaks against an answer, what another case already answers."""
