"""Code as text: files are read and written back, definitions found, stubs made, two texts grafted into one module.

Nothing in here runs a learner's code or needs torch.
"""
