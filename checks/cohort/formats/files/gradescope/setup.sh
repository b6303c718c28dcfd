#!/usr/bin/env bash
# Gradescope runs this once, as root, when it builds the image of the autograder.
set -euo pipefail
autograder=${AUTOGRADER:-/autograder}
course=$autograder/source/course

apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3.11 python3.11-venv bubblewrap ||
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3 python3-venv bubblewrap # a system with a newer one

python=$(command -v python3.11 || command -v python3)
"$python" -m venv "$autograder/python"
# TORCH_INDEX: address of PyTorch's index of builds for processors alone, which saves gigabytes; it may stay empty.
"$autograder/python/bin/python" -m pip install --quiet ${TORCH_INDEX:+--extra-index-url "$TORCH_INDEX"} \
    --constraint "$course/constraints.txt" --editable "$course[offline]"
"$autograder/python/bin/python" -m checks list >/dev/null # or the build fails, and not the first student
