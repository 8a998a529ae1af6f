import subprocess
import sys

import pytest

from connectors.declared.loading import COMPILED, in_folder, packaged
from connectors.declared.reading import compiled
from engine.errors import InvalidDocument

TEXT = """\
connector: 1
code: crm
name: CRM
base_url: https://api.example.com
actions:
  list: {method: GET, path: /things}
"""


def test_a_file_of_a_folder_and_of_a_package(tmp_path, on_path):
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme" / "__init__.py").write_text("")
    (tmp_path / "acme" / "crm.yaml").write_text(TEXT)
    on_path(tmp_path)
    assert packaged("acme:crm.yaml").actions["list"].kind == "read"
    assert in_folder(tmp_path / "acme" / "crm.yaml").code == "crm"


def test_a_compiled_file_is_read_before_its_source(tmp_path):
    (tmp_path / ("crm.yaml" + COMPILED)).write_text(compiled(TEXT.replace("name: CRM", "name: Compiled"), "crm.yaml"))
    assert in_folder(tmp_path / ("crm.yaml" + COMPILED)).name == "Compiled"
    (tmp_path / "crm.yaml").write_text(TEXT)
    assert in_folder(tmp_path / "crm.yaml").name == "Compiled"


def test_a_process_without_the_reader_and_without_yaml_reads_compiled_files(tmp_path):
    (tmp_path / ("crm.yaml" + COMPILED)).write_text(compiled(TEXT, "crm.yaml"))
    (tmp_path / "raw.yaml").write_text(TEXT)
    program = f"""
import sys
from pathlib import Path
sys.modules["connectors.declared.reading"] = sys.modules["yaml"] = None
from connectors.declared.loading import in_folder
from engine.errors import InvalidDocument
print(in_folder(Path({str(tmp_path / ('crm.yaml' + COMPILED))!r})).name)
try:
    in_folder(Path({str(tmp_path / 'raw.yaml')!r}))
except InvalidDocument as error:
    print(error.message)
"""
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout == "CRM\nraw.yaml was not compiled, and this process reads compiled connector files only\n"


def test_a_file_at_fault_is_refused(tmp_path):
    (tmp_path / "crm.yaml").write_text(TEXT.replace("GET", "get"))
    with pytest.raises(InvalidDocument, match=r"crm\.yaml:6:10"):
        in_folder(tmp_path / "crm.yaml")
