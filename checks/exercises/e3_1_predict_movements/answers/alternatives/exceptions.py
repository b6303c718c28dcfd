# Most rows are one ordinary row with exceptions.
def predict_movements() -> dict[str, dict[str, str]]:
    usual = {"encoder": "task A and task B", "head A": "task A", "head B": "task B"}
    return {
        "frozen encoder": usual | {"encoder": "nothing"},
        "frozen head": usual | {"head A": "nothing"},
        "old gradient": dict.fromkeys(MODEL_PARTS, "old gradient") | {"head B": "task B and old gradient"},
        "loss weight zero": usual | {"encoder": "task B", "head A": "weight decay"},
        "no labels": usual | {"encoder": "task B", "head A": "nothing"},
        "momentum": usual | {"head A": "momentum"},
        "tied heads": dict.fromkeys(MODEL_PARTS, "task A"),
        "detached features": usual | {"encoder": "Task B"},
    }
