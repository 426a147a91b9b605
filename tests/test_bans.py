"""T12: what may never stand in nlptool/, found in the syntax tree and not in the text."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted((ROOT / "nlptool").rglob("*.py"))

MODULES = {
    "pickle": "a model file is data",
    "_pickle": "a model file is data",
    "cPickle": "a model file is data",
    "dill": "a model file is data",
    "cloudpickle": "a model file is data",
    "joblib": "it is pickle",
    "marshal": "a model file is data",
    "shelve": "it is pickle",
    "dbm": "one model is one file of ours",
    "h5py": "a model file is data",
    "tarfile": "archives write where they want",
    "zipfile": "archives write where they want",
    "code": "nothing read is executed",
    "codeop": "nothing read is executed",
    "click": "Typer carries its own",
    "yaml": "settings are JSON",
    "urllib.request": "no network but through smart_open",
    "http.client": "no network but through smart_open",
    "requests": "no network but through smart_open",
    "telnetlib": "no network",
    "ftplib": "no network",
    "smtplib": "no network",
}
BUILTINS = {"eval", "exec", "compile", "__import__", "breakpoint", "input"}
ATTRIBUTES = {
    "load_model": "runs what is in the file",
    "from_config": "runs what is in the file",
    "model_from_json": "runs what is in the file",
    "load_weights": "reads HDF5",
    "save_weights": "writes HDF5",
    "unpack_archive": "archives write where they want",
    "extractall": "archives write where they want",
    "import_module": "nothing read is executed",
    "system": "no shell",
    "popen": "no shell",
    "getoutput": "no shell",
    "getstatusoutput": "no shell",
}
EXITS = {"nlptool/cli/app.py", "nlptool/cli/signals.py"}
EXCUSED = {
    "nlptool/core/remote.py": {
        "catches anything": "every kind of address has errors of its own",
        "splitlines: U+2028, VT, FF and NEL are text": "of an error's message",
    }
}
"""Where -> what -> why it may stand there."""


def imported(node: ast.AST) -> Iterator[str]:
    """Yield the modules that a statement imports, and what it may import from them."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module is not None:
        yield node.module
        yield from (f"{node.module}.{alias.name}" for alias in node.names)


def dotted(node: ast.expr) -> str:
    """Return `a.b.c` as it is written; the end of it where it begins with a call."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "?"


def keyword(call: ast.Call, name: str) -> object:
    """Return the constant that a keyword has; None if it is not there or no constant."""
    for one in call.keywords:
        if one.arg == name and isinstance(one.value, ast.Constant):
            return one.value.value
    return None


def is_for_types(test: ast.expr) -> bool:
    """Tell whether an assertion only says `x is not None`, to the type checker."""
    return (
        isinstance(test, ast.Compare)
        and isinstance(test.left, ast.Name | ast.Attribute)
        and isinstance(test.ops[0], ast.IsNot)
    )


def faults(source: str, where: str) -> Iterator[str]:
    """Yield what is wrong with a module."""
    in_cli = where.startswith("nlptool/cli/")
    for node in ast.walk(ast.parse(source)):
        line = f"{where}:{getattr(node, 'lineno', 0)}:"
        for module in imported(node):
            for banned, why in MODULES.items():
                if module == banned or module.startswith(f"{banned}."):
                    yield f"{line} imports {module}: {why}"
            last = module.rpartition(".")[2]
            if last in ATTRIBUTES:
                yield f"{line} imports {module}: {ATTRIBUTES[last]}"
        if isinstance(node, ast.Name) and node.id in BUILTINS:
            yield f"{line} {node.id}"
        if isinstance(node, ast.Attribute) and node.attr in ATTRIBUTES:
            yield f"{line} {dotted(node)}: {ATTRIBUTES[node.attr]}"
        if isinstance(node, ast.Assert) and not is_for_types(node.test):
            yield f"{line} assert: an error has a class and a message"
        if isinstance(node, ast.ExceptHandler):
            caught = [node.type] if not isinstance(node.type, ast.Tuple) else node.type.elts
            for one in caught:
                if one is None or (isinstance(one, ast.Name) and one.id == "Exception"):
                    yield f"{line} catches anything"
        if isinstance(node, ast.Call):
            name = dotted(node.func)
            if name == "print" and not in_cli:
                yield f"{line} prints"
            if name in ("exit", "quit", "sys.exit", "os._exit") and where not in EXITS:
                yield f"{line} {name}: errors are raised"
            if name in ("np.load", "numpy.load") and keyword(node, "allow_pickle") is not False:
                yield f"{line} {name} without allow_pickle=False"
            if keyword(node, "shell") is True:
                yield f"{line} a shell"
            if name.endswith("extract") and name.partition(".")[0] in ("tar", "archive", "zip"):
                yield f"{line} {name}: archives write where they want"
        if isinstance(node, ast.Raise) and node.exc is not None:
            raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            if dotted(raised) == "SystemExit" and where not in EXITS:
                yield f"{line} raises SystemExit"
        if isinstance(node, ast.Attribute) and node.attr == "splitlines" and not in_cli:
            yield f"{line} splitlines: U+2028, VT, FF and NEL are text"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_nothing_banned(path: Path) -> None:
    where = path.relative_to(ROOT).as_posix()
    excused = EXCUSED.get(where, {})
    found = [
        fault
        for fault in faults(path.read_text("utf-8"), where)
        if not any(fault.endswith(what) for what in excused)
    ]
    assert found == []


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from pickle import loads",
        "import marshal as m",
        "def f():\n    import shelve",
        "import h5py.File",
        "from click import echo",
        "from urllib.request import urlopen",
        "from urllib import request",
        "eval('1')",
        "f = exec",
        "np.load(path)",
        "np.load(path, allow_pickle=True)",
        "keras.models.load_model(path)",
        "from keras.models import load_model",
        "Layer.from_config(config)",
        "import tarfile",
        "shutil.unpack_archive(path)",
        "from shutil import unpack_archive",
        "sys.exit(1)",
        "raise SystemExit",
        "raise SystemExit(1)",
        "os._exit(1)",
        "try:\n    pass\nexcept:\n    pass",
        "try:\n    pass\nexcept Exception:\n    pass",
        "try:\n    pass\nexcept (OSError, Exception):\n    pass",
        "print('x')",
        "assert x",
        "os.system('ls')",
        "subprocess.run('ls', shell=True)",
        "text.splitlines()",
    ],
)
def test_each_ban_bites(source: str) -> None:
    assert len(list(faults(source, "nlptool/core/x.py"))) >= 1


def test_what_is_allowed() -> None:
    assert list(faults("sys.exit(1)", "nlptool/cli/app.py")) == []
    assert list(faults("assert self.stdin is not None", "nlptool/core/x.py")) == []
    assert list(faults("print(1)", "nlptool/cli/console.py")) == []
    assert list(faults("np.load(path, allow_pickle=False)", "nlptool/core/x.py")) == []
    assert list(faults("re.compile('x')", "nlptool/core/x.py")) == []
    assert list(faults("asker.input('x')", "nlptool/cli/x.py")) == []
