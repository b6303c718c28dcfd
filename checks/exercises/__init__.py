"""The exercises, each in a folder of its own; beside them, what the checks of several exercises share."""
