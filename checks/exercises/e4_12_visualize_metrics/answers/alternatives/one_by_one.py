from matplotlib.backends.backend_agg import FigureCanvasAgg


def visualize_metrics(metrics, folder=".graphs", history=(), class_names=None):
    if class_names is None:
        class_names = {}
    target = Path(folder)
    for missing in [*reversed(target.parents), target]:
        if not missing.is_dir():
            missing.mkdir()
    written = [target / "confusion_matrices.png", target.joinpath("roc_curves.png")]
    _save(_confusion_matrices(class_names=class_names, metrics=metrics), written[0])
    _save(_roc_curves(class_names=class_names, metrics=metrics), written[1])
    if len(history) > 0:
        written.append(target / "training_curves.png")
        _save(_training_curves(list(history)), written[-1])
    return written


def _save(figure, path):
    FigureCanvasAgg(figure).print_png(str(path))
