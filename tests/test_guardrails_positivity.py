"""Tone and clarity: what the packs' own texts can't show."""
