"""How a wrong value relates to the right one: each file holds the relations of one sort.

Relations with everything that has numbers: `factors`, `functions`, `shapes`, `rows`, `sources`; with all else: `kinds`,
`structures`. `pairs` is what they share. Which is told first is decided in `relate.py`.
"""
