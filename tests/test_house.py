"""The rules of the house that no tool checks; CONTRIBUTING.md has the rest."""

import ast
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import typer

from nlptool.cli.app import app
from nlptool.w2v.config import Config
from tests.faults import End
from tests.test_bans import ROOT, SOURCES

HEAVY = [
    "gensim",
    "jieba",
    "keras",
    "llvmlite",
    "matplotlib",
    "numba",
    "numpy",
    "rich",
    "scipy",
    "smart_open",
    "tensorflow",
    "zstandard",
]

LONG = {
    "nlptool/cli/crf.py": "one verb that has all settings of training as options",
    "nlptool/cli/w2v_judge.py": "five verbs that measure and mend, of which most is options",
    "nlptool/core/jieba_kernels.py": "one algorithm, whose loops share their arrays",
    "nlptool/crf/kernels_text.py": "one pass from bytes to bytes, whose parts share their arrays",
    "nlptool/neural/forward.py": "all answers without Keras in one place, one function a block",
    "nlptool/neural/layers.py": "one function a kind of block, in the order of forward.py",
    "nlptool/newwords/count.py": "the plan of the parts, which is one thing with their order",
    "nlptool/newwords/kernels_count.py": "one sort and what it needs",
    "nlptool/w2v/model.py": "one class, and the checks of its file",
}
"""Modules of more than 300 lines, and why."""

README = (ROOT / "README.md").read_text("utf-8")


def commands() -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield the words of every command, groups as well, with what Typer made of it."""

    def walk(words: tuple[str, ...], command: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
        yield words, command
        for name, inner in getattr(command, "commands", {}).items():
            yield from walk((*words, name), inner)

    return walk((), typer.main.get_command(app))


COMMANDS = dict(commands())
VERBS = {words: command for words, command in COMMANDS.items() if len(words) == 2}


def name_of(words: tuple[str, ...]) -> str:
    return " ".join(words) or "nlptool"


def where(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def run(*command: str | Path) -> End:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return End(done.returncode, done.stdout, done.stderr)


def tracked() -> list[Path]:
    """Return the files that git keeps."""
    listed = run("git", "ls-files", "-z")
    if listed.code != 0:
        pytest.skip("not a git checkout")
    return [path for name in listed.stdout.split("\0") if (path := ROOT / name).is_file()]


# ---- help -------------------------------------------------------------------------------------

SHOW_LOADED = """
import sys
from nlptool.cli.app import main
try:
    main()
except SystemExit as end:
    print(end.code, *(name for name in sys.modules if "." not in name), file=sys.stderr)
"""


def test_there_are_commands() -> None:
    assert {words[0] for words in VERBS} >= {"w2v", "corpus", "model"}
    assert len(VERBS) >= 15


@pytest.mark.parametrize("words", COMMANDS, ids=name_of)
def test_help_is_light_and_quick(words: tuple[str, ...]) -> None:
    end = run(sys.executable, "-c", SHOW_LOADED, *words, "--help")
    code, *loaded = end.stderr.split()
    assert code == "0"
    assert end.stdout.startswith(f"Usage: nlptool {' '.join(words)}".rstrip())
    assert [name for name in HEAVY if name in loaded] == []

    def seconds() -> float:
        begun = time.perf_counter()
        assert run(sys.executable, "-m", "nlptool", *words, "--help").code == 0
        return time.perf_counter() - begun

    # The goal is 0.2; the machine may have other things to do.
    assert any(seconds() < 1 for _ in range(3))


@pytest.mark.parametrize("words", COMMANDS, ids=name_of)
def test_every_command_and_option_has_help(words: tuple[str, ...]) -> None:
    command = COMMANDS[words]
    assert re.match(r"[A-Z].*[.:]$", (command.help or "").splitlines()[0])
    for option in command.params:
        assert option.help, option.name
    if words in VERBS:
        example = command.help.partition("Example: ")[2]
        assert f"nlptool {' '.join(words)} " in example


@pytest.mark.parametrize("words", VERBS, ids=name_of)
def test_every_command_has_a_line_in_the_readme(words: tuple[str, ...]) -> None:
    assert f"\nnlptool {' '.join(words)} " in README


def test_the_same_option_means_the_same_everywhere() -> None:
    short: dict[str, set[str]] = {}
    for command in VERBS.values():
        for option in command.params:
            for name in option.opts:
                if re.fullmatch("-[a-z]", name):
                    short.setdefault(name, set()).add(max(option.opts, key=len))
    assert {name: longer for name, longer in short.items() if len(longer) > 1} == {}


def test_every_setting_of_word_vectors_is_an_option() -> None:
    options = {option.name: option for option in VERBS["w2v", "train"].params}
    for field in fields(Config):
        assert field.name in options
        if field.name != "threads":  # all cores, which a file in the standard library cannot know
            assert options[field.name].default == field.default, field.name


# ---- README -----------------------------------------------------------------------------------


def shell_lines() -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


def the_line(end: str) -> str:
    """Return the one line of the README that sets up and ends so."""
    found = [line for line in shell_lines() if line.startswith("python3 -m venv") and end in line]
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize("end", ["-m pytest", "nlptool w2v train"])
def test_the_first_commands_are_one_line_each_that_works_alone_and_again(end: str) -> None:
    line = the_line(end)
    steps = line.split(" && ")
    assert steps[0] == "python3 -m venv .venv", "which does nothing where there is one"
    assert all(step.startswith(".venv/bin/") for step in steps[1:])
    assert run("bash", "-n", "-c", line).code == 0
    words = shlex.split(line)
    assert not any(word.startswith(("/", "~", "..", "cd")) for word in words)
    for word in words:
        if word.startswith("corpora/"):
            assert list(ROOT.glob(word)), word


def test_ci_runs_the_readmes_test_command() -> None:
    matching = [line for line in README.splitlines() if "-m pytest" in line]
    assert matching[0] == the_line("-m pytest"), "CI takes the first"


def test_every_line_of_the_readme_is_a_command_that_there_is() -> None:
    for line in shell_lines():
        assert run("bash", "-n", "-c", line).code == 0, line
        for words in re.findall(r"\bnlptool ([a-z0-9]+) ([a-z]+)", line):
            assert words in VERBS, line


def test_links_lead_somewhere() -> None:
    for page in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "corpora/README.md"):
        for link in re.findall(r"\]\(([^)#]+)", (ROOT / page).read_text("utf-8")):
            if "://" not in link:
                assert (ROOT / page).parent.joinpath(link).exists(), f"{page}: {link}"


# ---- files ------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", SOURCES, ids=where)
def test_a_module_says_what_it_is_for(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    assert ast.get_docstring(tree)
    if path.name == "__init__.py":
        assert all(isinstance(node, ast.Expr | ast.Assign) for node in tree.body)


@pytest.mark.parametrize("path", SOURCES, ids=where)
def test_a_long_module_has_a_reason(path: Path) -> None:
    n_lines = path.read_text("utf-8").count("\n")
    assert n_lines <= 300 or where(path) in LONG, f"{n_lines} lines"


def test_reasons_are_for_modules_that_there_are() -> None:
    assert [name for name in LONG if not (ROOT / name).is_file()] == []


def test_no_drawers() -> None:
    drawers = {"utils.py", "util.py", "helpers.py", "helper.py", "common.py", "base.py", "misc.py"}
    assert [where(path) for path in tracked() if path.name in drawers] == []


def test_one_file_for_settings() -> None:
    others = {"setup.py", "setup.cfg", "tox.ini", "pytest.ini", "mypy.ini", "ruff.toml", ".flake8"}
    assert [where(path) for path in tracked() if path.name in others] == []


def test_no_file_knows_a_machine() -> None:
    roots = "|".join(["work", "root", "home", "Users"])
    machine = re.compile(rf"(?<![\w.~*])/({roots})/\w".encode())
    found = [where(path) for path in tracked() if machine.search(path.read_bytes())]
    assert found == []


def test_nothing_is_left_to_do() -> None:
    words = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b")
    texts = [path for path in tracked() if path.suffix in (".py", ".md", ".toml")]
    assert [where(path) for path in texts if words.search(path.read_text("utf-8"))] == []


def test_whoever_silences_a_check_says_which_and_why() -> None:
    silent = re.compile(
        r"#\s*(noqa|type:\s*ignore)(?!(: [A-Z]+\d+(, [A-Z]+\d+)*|\[[a-z, -]+\])\W+\w)"
    )
    found = [
        f"{where(path)}:{number}"
        for path in SOURCES
        for number, line in enumerate(path.read_text("utf-8").split("\n"), 1)
        if silent.search(line)
    ]
    assert found == []
