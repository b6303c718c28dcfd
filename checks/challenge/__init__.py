"""The open end: a project with real data, and a hidden split that `checks challenge score` measures.

`division.py` makes both sides, `folder.py` writes and reads a project's folder, `brief.py` says what is to be done,
`tables.py` reads a file of predictions, `predictions.py` takes what a model said, `scores.py` measures it beside
`tiers.py`, and `looks.py` counts how often that was done.
"""
