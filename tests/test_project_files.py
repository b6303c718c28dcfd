"""What stands around the course: workflows, issue forms, updates, citation, containers. What they name is there."""

import json
import re
import shlex
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest
import typer
import yaml

import checks.cli
import solutions.app.cli
from checks.course import RELEASE
from checks.source.fingerprint import LIBRARIES

ROOT = Path(__file__).parents[1]
GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
FORMS = sorted(path for path in (GITHUB / "ISSUE_TEMPLATE").glob("*.yml") if path.name != "config.yml")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
OLDEST = PROJECT["requires-python"].removeprefix(">=")


def read(path):
    return (ROOT / path).read_text(encoding="utf-8")


def load(path):
    return yaml.safe_load(read(path))


def steps_of(workflow):
    return [step for job in load(workflow)["jobs"].values() for step in job["steps"]]


def is_make_target(name):
    return re.search(rf"^{re.escape(name)}:", read("Makefile"), re.MULTILINE) is not None


def commands(app):
    return typer.main.get_command(app).commands


# Workflows


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflow_pins_its_actions_and_may_only_read(path):
    lines = re.findall(r"uses: (.*)", path.read_text(encoding="utf-8"))
    assert lines
    assert all(re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line) for line in lines)
    assert load(path)["permissions"] == {"contents": "read"}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflow_names_what_is_there(path):
    runs = [shlex.split(step["run"], comments=True) for step in steps_of(path) if "run" in step]
    targets = [words[1] for words in runs if words[0] == "make"]
    assert targets
    assert all(map(is_make_target, targets))
    files = [step["with"]["cache-dependency-path"] for step in steps_of(path) if "cache" in step.get("with", {})]
    assert all((ROOT / file).is_file() for file in files)


def test_tests_run_on_the_oldest_python_and_the_site_is_built_with_it():
    assert load(".github/workflows/test.yml")["jobs"]["test"]["strategy"]["matrix"]["python"][0] == OLDEST
    (setup,) = [step for step in steps_of(".github/workflows/site.yml") if "setup-python" in step.get("uses", "")]
    assert setup["with"]["python-version"] == OLDEST


def test_site_is_published_from_main_alone_with_what_was_built():
    workflow = load(".github/workflows/site.yml")
    assert workflow[True]["push"] == {"branches": ["main"]}  # YAML reads `on` as true
    assert workflow["jobs"]["build"]["if"] == "github.ref == 'refs/heads/main'"
    assert workflow["jobs"]["publish"]["needs"] == "build"
    (path,) = [
        step["with"]["path"] for step in steps_of(".github/workflows/site.yml") if "path" in step.get("with", {})
    ]
    assert f"\nsite_dir: {path}\n" in read("mkdocs.yml")


# Issue forms and updates


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.name)
def test_form_asks_what_can_be_answered(path):
    form = load(path)
    assert form["name"]
    assert form["description"]
    ids = [field["id"] for field in form["body"]]
    assert len(ids) == len(set(ids))
    for field in form["body"]:
        assert field["type"] in {"input", "textarea", "dropdown"}
        assert field["attributes"]["label"]
        assert (field["type"] == "dropdown") == ("options" in field["attributes"])
        assert isinstance(field.get("validations", {}).get("required", False), bool)


def test_forms_and_guide_name_commands_that_are_there():
    texts = [path.read_text(encoding="utf-8") for path in [*FORMS, ROOT / "CONTRIBUTING.md"]]
    named = [match.split() for text in texts for match in re.findall(r"\bchecks ((?:\w+|--).*?)(?:`|$)", text, re.M)]
    named = [words for words in named if words[0] in commands(checks.cli.app)]
    assert {"run", "doctor", "maintain"} <= {words[0] for words in named}
    for first, *others in named:
        options = {option for parameter in commands(checks.cli.app)[first].params for option in parameter.opts}
        assert {word for word in others if word.startswith("--")} <= options
    for _, second in [words for words in named if words[0] == "maintain"]:
        assert second in commands(checks.cli.app)["maintain"].commands


def test_updates_group_what_the_numbers_depend_on():
    pip = next(entry for entry in load(".github/dependabot.yml")["updates"] if entry["package-ecosystem"] == "pip")
    patterns = pip["groups"]["measured"]["patterns"]
    assert set(LIBRARIES) <= set(patterns)
    pins = re.findall(r"^([\w.-]+)==", read("constraints.txt"), re.MULTILINE)
    assert all(any(fnmatch(pin, pattern) for pin in pins) for pattern in patterns)


# Citation and release


def test_citation_says_what_the_licence_and_the_project_say():
    citation = load("CITATION.cff")
    assert citation.keys() <= {
        *("cff-version", "message", "type", "title", "abstract", "authors", "license", "keywords", "references"),
        *("version", "date-released"),
    }
    assert {"cff-version", "message", "title", "authors"} <= citation.keys()
    assert (citation["cff-version"], citation["type"]) == ("1.2.0", "software")
    assert citation["license"] == PROJECT["license"]
    (author,) = citation["authors"]
    assert author["name"] in read("LICENSE")
    assert all({"type", "title", "authors"} <= reference.keys() for reference in citation["references"])


def test_version_changelog_and_citation_agree():
    number, state = re.search(r"^## (\S+) \((.*)\)$", read("CHANGELOG.md"), re.MULTILINE).groups()
    if f"{number}.dev0" == RELEASE:
        assert state == "unreleased"
    else:
        citation = load("CITATION.cff")
        assert (RELEASE, citation["version"]) == (number, number)
        assert str(citation["date-released"]) == state


# Containers


def instructions():
    """List the Dockerfile's instructions: name and the rest, with continued lines joined."""
    lines = [line for line in read("Dockerfile").splitlines() if not line.startswith("#")]
    for line in "\n".join(lines).replace("\\\n", "").splitlines():
        if line:
            name, _, rest = line.partition(" ")
            yield name, rest


def values(name):
    return [rest for found, rest in instructions() if found == name]


def test_containers_have_the_oldest_python():
    assert values("FROM") == [f"python:{OLDEST}-slim"]
    container = json.loads(re.sub(r"\s//.*$", "", read(".devcontainer/devcontainer.json"), flags=re.MULTILINE))
    assert container["image"] == f"python:{OLDEST}"
    make, target = container["postCreateCommand"].split()
    assert make == "make"
    assert is_make_target(target)


def test_dockerfile_copies_what_is_there_and_not_ignored():
    copied = [source for rest in values("COPY") for source in rest.split()[:-1]]
    assert all((ROOT / source).exists() for source in copied)
    lines = read(".dockerignore").splitlines()
    assert lines.index("*") < lines.index("!pyproject.toml")
    assert {line[1:] for line in lines if line.startswith("!")} == set(copied)


def test_dockerfile_installs_the_pinned_course_and_runs_it_as_a_user():
    (run,) = values("RUN")
    install, fetch, *_ = (shlex.split(step) for step in run.split("&&"))
    assert install[install.index("--constraint") + 1] == "constraints.txt"
    extra = re.fullmatch(r"\.\[(\w+)\]", install[install.index("--editable") + 1])[1]
    assert extra in PROJECT["optional-dependencies"]
    names = [name for name, _ in instructions()]
    assert names.index("USER") < names.index("CMD")
    (command,) = values("CMD")
    for words in (fetch, json.loads(command)):
        assert words[:3] == ["python", "-m", "solutions"]
        assert words[3] in commands(solutions.app.cli.app)
