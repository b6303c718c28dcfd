def predict_changes(strategy):
    moving = {"transformer", "projection", "layer_norm", "taskA_classifier", "taskB_classifier"}
    match strategy:
        case FreezeStrategy.BACKBONE:
            moving.remove("transformer")
        case FreezeStrategy.HEAD_A:
            moving.remove("taskA_classifier")
        case FreezeStrategy.HEAD_B:
            moving.remove("taskB_classifier")
        case FreezeStrategy.EVERYTHING:
            moving.clear()
    return frozenset(moving)
