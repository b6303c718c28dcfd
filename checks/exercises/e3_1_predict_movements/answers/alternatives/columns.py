# The table column by column.
def predict_movements() -> dict[str, dict[str, str]]:
    rows = {
        "frozen encoder": ("nothing", "task A", "task B"),
        "frozen head": ("task B and task A", "nothing", "task B"),
        "old gradient": ("old gradient", "old gradient", "old gradient and task B"),
        "loss weight zero": ("task B", "weight decay", "task B"),
        "no labels": ("task B", "nothing", "task B"),
        "momentum": ("task A and task B", "momentum", "task B"),
        "tied heads": ("task A", "task A", "task A"),
        "detached features": ("task B", "task A", "task B"),
    }
    return {name: dict(zip(MODEL_PARTS, row, strict=True)) for name, row in rows.items()}
