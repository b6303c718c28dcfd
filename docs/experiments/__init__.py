"""The course's evidence: one short script for each question, run by `python -m docs.experiments`.

An experiment is a module with

- a docstring, whose first line is its question,
- `SEEDS`, and `SETTINGS`: a name for each setting, and the keyword arguments that it stands for,
- `measure(seed, **setting)`, which runs one setting with one seed and gives what it measured, as numbers or lists of
  numbers, and lists of words, which no summary includes,
- if needed `derive(summary)`, which computes more from the means of all of them, such as a ratio.
"""

# Those that measure time come first: the machine is most likely to be idle at the start.
EXPERIMENTS = (
    "speed",
    "costs",
    "freezing",
    "pooling",
    "leakage",
    "learning_rate",
    "dropout_gap",
    "head_dropout",
    "loss_weights",
    "gradients",
    "pcgrad",
    # For the pictures that move.
    "stepper",
    "embedding_map",
    "training_curves",
    "unfreezing",
    "forgetting",
    "data_size",
    "frozen_head",
    "contrastive",
    "tagging",
    # On real reviews; those that share features keep them for each other.
    "raters",
    "real_sizes",
    "few_labels",
    "real_split",
    "binary_loss",
    "real_dropout",
    "real_weights",
    "backbones",
    "real_models",
    "real_pooling",
    "real_mistakes",
    "probes",
    "trained_head",
    "real_sharing",
    "real_fine_tuning",
    "challenge",
)
