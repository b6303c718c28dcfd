def predict_changes(strategy):
    return frozenset(part for part in PARTS if part not in FROZEN_PARTS[strategy])
