"""The examples of the guide, run as they stand there; only the address is that of the test's server."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from tests.docs.repository import ROOT, blocks, text
from tests.sdk.clients.tea import Tea
from tests.sdk.scenario import Steps
from tests.world import World

_GUIDE: Final = text("docs/guides/sdks.md")
_SDK: Final = ROOT / "tests" / "sdk"
_GO_IMPORTS: Final = {
    "client": "github.com/alibabacloud-go/darabonba-openapi/v2/client",
    "dara": "github.com/alibabacloud-go/tea/dara",
    "fmt": "fmt",
    "models": "github.com/alibabacloud-go/darabonba-openapi/v2/models",
    "sts": "github.com/aliyun/alibaba-cloud-sdk-go/services/sts",
}
_JAVA_IMPORTS: Final = (
    "com.aliyuncs.DefaultAcsClient",
    "com.aliyuncs.http.ProtocolType",
    "com.aliyuncs.profile.DefaultProfile",
    "com.aliyuncs.sts.model.v20150401.*",
)

Command = list[str | Path]


def python(example: str, names: dict[str, str], folder: Path) -> Command:
    given = "\n".join(f"{snake(name)} = {value!r}" for name, value in names.items())
    (folder / "example.py").write_text(f"{given}\n{example}", encoding="utf-8")
    return [sys.executable, folder / "example.py"]


def snake(name: str) -> str:
    return "role_arn" if name == "roleArn" else name


def node(example: str, names: dict[str, str], folder: Path) -> Command:
    given = "\n".join(f'const {name} = "{value}";' for name, value in names.items())
    program = f"{given}\n(async () => {{\n{example}\nprocess.exit(0);\n}})();\n"
    (folder / "example.js").write_text(program, encoding="utf-8")
    return ["node", folder / "example.js"]


def go(example: str, names: dict[str, str], folder: Path) -> Command:
    del folder  # a program has to stand in the module whose packages it uses
    imports = "\n".join(f'{name} "{path}"' for name, path in _GO_IMPORTS.items() if f"{name}." in example)
    given = "\n".join(f'{name} := "{value}"' for name, value in names.items())
    place = _SDK / "go" / "target" / f"guide-{len(imports)}"
    place.mkdir(parents=True, exist_ok=True)
    program = f"package main\nimport (\n{imports}\n)\nfunc main() {{\n{given}\n{example}\n}}\n"
    (place / "main.go").write_text(program, encoding="utf-8")
    return ["go", "run", "-C", _SDK / "go", place / "main.go"]


def java(example: str, names: dict[str, str], folder: Path) -> Command:
    imports = "\n".join(f"import {name};" for name in _JAVA_IMPORTS)
    given = "\n".join(f'String {name} = "{value}";' for name, value in names.items())
    main = "public static void main(String[] words) throws Exception"
    program = f"{imports}\npublic class Example {{\n{main} {{\n{given}\n{example}\nSystem.exit(0);\n}}\n}}\n"
    (folder / "Example.java").write_text(program, encoding="utf-8")
    return ["java", "-cp", f"{_SDK / 'java' / 'target' / 'lib'}/*", folder / "Example.java"]


LANGUAGES: Final[dict[str, Callable[[str, dict[str, str], Path], Command]]] = {
    "python": python,
    "js": node,
    "go": go,
    "java": java,
}
MARKS: Final = {"js": [pytest.mark.node], "go": [pytest.mark.go], "java": [pytest.mark.java]}
EXAMPLES: Final = [
    pytest.param(language, block, marks=MARKS.get(language, []), id=f"{language}-{number}")
    for language in LANGUAGES
    for number, block in enumerate(blocks(_GUIDE, language))
]


def test_each_language_of_the_guide_is_run() -> None:
    assert {language: len(blocks(_GUIDE, language)) for language in LANGUAGES} == {
        "python": 3,
        "js": 2,
        "go": 2,
        "java": 1,
    }


@pytest.mark.parametrize(("language", "example"), EXAMPLES)
def test_an_example_assumes_the_role(language: str, example: str, world: World, tmp_path: Path) -> None:
    steps = Steps(Tea(world.server.url), world)
    steps.up_to_grant()
    names = {
        "key": steps.alice.access_key_id,
        "secret": steps.alice.access_key_secret.reveal(),
        "roleArn": steps.arn,
    }
    assert "127.0.0.1:8620" in example
    program = example.replace("127.0.0.1:8620", world.server.endpoint)
    run = subprocess.run(
        LANGUAGES[language](program, names, tmp_path),
        env=os.environ | {"NODE_PATH": str(_SDK / "node" / "node_modules")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert "STS." in run.stdout
