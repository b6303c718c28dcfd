"""Tiers of isolation: what holds a submission's code, and which is to be had here."""
