import os


def visualize_metrics(metrics, folder=".graphs", history=(), class_names=None):
    names = {task: class_names[task] for task in TASK_NAMES if class_names and task in class_names}
    os.makedirs(folder, exist_ok=True)
    paths = []
    for name, draw, arguments in (
        ("confusion_matrices", _confusion_matrices, (metrics, names)),
        ("roc_curves", _roc_curves, (metrics, names)),
        ("training_curves", _training_curves, (history,)),
    ):
        if arguments == (history,) and not len(history):
            continue
        path = Path(os.path.join(folder, name + ".png"))
        with open(path, "wb") as file:
            draw(*arguments).savefig(file, format="png", bbox_inches="tight")
        paths.append(path)
    return paths
