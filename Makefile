# Two commands: `make demo` and `make test`. Each prepares .venv by itself; a second call installs nothing.
PYTHON ?= python3
ifeq ($(OS),Windows_NT)
PYTHON := python
BIN := .venv/Scripts
else
BIN := .venv/bin
endif
RUN := $(BIN)/python

.PHONY: demo test bench format clean

demo: .venv/installed
	$(RUN) -m solutions demo $(ARGS)

test: .venv/installed
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy
	$(RUN) -m pytest --numprocesses 2 --dist loadfile

bench: .venv/installed
	$(RUN) -m bench $(ARGS)

format: .venv/installed
	$(RUN) -m ruff check --fix .
	$(RUN) -m ruff format .

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(RUN) -m pip install --disable-pip-version-check --constraint constraints.txt --editable ".[offline,dev]"
	$(RUN) -c "open('.venv/installed', 'w')"

clean:
	$(PYTHON) -c "import shutil; [shutil.rmtree(folder, ignore_errors=True) for folder in ('.venv', '.graphs', '.checkpoint')]"
