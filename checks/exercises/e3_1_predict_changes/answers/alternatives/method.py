def predict_changes(strategy):
    return frozenset(PARTS).difference(FROZEN_PARTS[FreezeStrategy(strategy)])
