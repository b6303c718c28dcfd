"""How a wrong value relates to the right one: each file holds the relations of one sort.

Read `pairs` first: it is what they share. For numbers: `factors` (times, plus), `functions` (softmax, length 1),
`shapes`, `rows`, `sources` (what the inputs give). For all else: `kinds` (another type) and `structures` (lists,
mappings, sets, texts). Which is told first is decided in `relate.py`.
"""
