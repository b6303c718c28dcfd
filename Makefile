# `make demo`, `make test`, `make site`: each prepares .venv by itself; a second call installs nothing.
PYTHON ?= python3
ifeq ($(OS),Windows_NT)
PYTHON := python
BIN := .venv/Scripts
else
BIN := .venv/bin
endif
RUN := $(BIN)/python

export NO_MKDOCS_2_WARNING := 1

.PHONY: demo test docs site notebooks experiments bench format clean

demo: .venv/installed
	$(RUN) -m solutions demo $(ARGS)

# Notebooks warn that they lack a progress bar, which none of them shows.
test notebooks: export PYTHONWARNINGS = ignore:IProgress
test: .venv/extras
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy
	$(RUN) -m pytest --numprocesses 2 --dist loadfile
	$(RUN) -m pytest --nbval --nbval-current-env docs/notebooks

docs: .venv/installed
	$(RUN) -m docs.generator
	$(RUN) -m mkdocs build --strict

site: .venv/installed
	$(RUN) -m docs.generator
	$(RUN) -m mkdocs serve --strict

notebooks: .venv/installed
	$(RUN) -m docs.generator.execute

experiments: .venv/installed
	$(RUN) -m solutions fetch mpnet
	$(RUN) -m docs.experiments $(ARGS)

bench: .venv/rivals/installed
	$(RUN) -m bench $(ARGS)

format: .venv/installed
	$(RUN) -m ruff check --fix .
	$(RUN) -m ruff format .

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(RUN) -m pip install --disable-pip-version-check --constraint constraints.txt --editable ".[offline,dev,docs]"
	$(RUN) -m solutions fetch reviews
	$(RUN) -c "open('.venv/installed', 'w')"

# What only some commands need, and their tests: export, app, training in several processes, grading on a cluster.
.venv/extras: .venv/installed
	$(RUN) -m pip install --disable-pip-version-check --constraint constraints.txt --editable ".[onnx,app,accelerate,cluster]"
	$(RUN) -c "open('.venv/extras', 'w')"

# The sentence-transformers library's ONNX and OpenVINO backends: their packages refuse the transformers used here.
.venv/rivals/installed: .venv/installed bench/rivals.txt
	$(PYTHON) -m venv .venv/rivals
	.venv/rivals/bin/python -m pip install --disable-pip-version-check --requirement bench/rivals.txt
	$(RUN) -c "open('.venv/rivals/installed', 'w')"

clean:
	$(PYTHON) -c "import shutil; [shutil.rmtree(folder, ignore_errors=True) for folder in ('.venv', '.graphs', '.checkpoint', '.site', '.experiments', 'docs/generated')]"
