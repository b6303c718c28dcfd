"""The untrusted side: a process that runs a learner's code, observes what the checks see, and decides nothing.

It may see everything but `referee/`, and of the exercises everything but `judges.py` and `answers/`.
"""
