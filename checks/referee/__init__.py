"""The trusted side: what is expected, the verdict, and the misconception behind a wrong answer.

It runs no learner's code. In a process of its own, neither a learner's code nor the terminal waits for its libraries.
"""
