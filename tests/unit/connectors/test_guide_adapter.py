"""The guide's connector, exactly as printed, with the guide's imports and with ours."""

import importlib
import json
import sys
import textwrap
from pathlib import Path
from types import SimpleNamespace

import pytest

from connectors.registry import default_registry, load_modules
from connectors.tasks import ConnectorTasks
from connectors.testing import CallFailed, call
from engine.clock import SkipClock
from engine.governance.resolving import SecretResolving
from engine.ports.tasks import CallLimit, TaskCall, TaskFailed, TaskPolicy, TaskSucceeded

ADAPTER = """\
# my_app/adapters.py
from connectors import ConnectorAdapter, ActionSpec, ConnectorError

class LegacyERPAdapter(ConnectorAdapter):
    code = "legacy_erp"
    name = "Legacy ERP System"
    description = "Integration with the on-prem SOAP ERP."

    # Define the inputs/outputs for the UI
    actions = {
        "create_order": ActionSpec(
            inputs={
                "customer_id": {"type": "string", "required": True},
                "items": {"type": "array", "required": True}
            },
            outputs={
                "order_id": {"type": "string"}
            }
        )
    }

    def execute(self, action: str, params: dict, context: dict):
        if action == "create_order":
            try:
                # context['secrets'] is automatically populated based on SecretRefs
                api_key = context['secrets'].get('API_KEY')
                result = self._soap_client.create_order(
                    key=api_key,
                    **params
                )
                return {"order_id": result.id}
            except Exception as e:
                # Wrap unknowns in NormalizedError
                raise ConnectorError(f"ERP Failed: {str(e)}", retryable=True)
        raise NotImplementedError(f"Action {action} unknown")
"""

AS_PRINTED = ADAPTER.replace("""\
from connectors import ConnectorAdapter, ActionSpec, ConnectorError
""", """\
from automate_connectors.adapters.base import ConnectorAdapter
from automate_connectors.models import ActionSpec, ConnectorError
""")
"""With the two lines of imports that the guide prints."""

METHOD_A = """\
from connectors import register

from my_app.adapters import LegacyERPAdapter

register(LegacyERPAdapter)
"""

METHOD_B = ADAPTER.replace("import ConnectorAdapter", "import register_connector, ConnectorAdapter").replace(
    "class LegacyERPAdapter", "@register_connector\nclass LegacyERPAdapter"
)


class SoapClient:
    """What the guide leaves out: answers like the ERP, keeps what it was asked."""

    def __init__(self, fault=None):
        self.fault = fault
        self.asked = []

    def create_order(self, *, key, customer_id, items):
        self.asked.append((key, customer_id, items))
        if self.fault is not None:
            raise self.fault
        return SimpleNamespace(id="ERP-4711")


@pytest.fixture
def my_app(tmp_path, monkeypatch, on_path):
    """The package my_app on the path; what it registers is forgotten afterwards."""
    package = tmp_path / "my_app"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "adapters.py").write_text(ADAPTER)
    (package / "method_a.py").write_text(METHOD_A)
    (package / "method_b.py").write_text(METHOD_B)
    on_path(tmp_path)
    monkeypatch.setattr(default_registry, "_classes", {})
    monkeypatch.setattr(default_registry, "_adapters", {})
    importlib.invalidate_caches()
    yield package
    for name in [name for name in sys.modules if name.partition(".")[0] == "my_app"]:
        del sys.modules[name]


@pytest.fixture
def soap(my_app, monkeypatch):
    from my_app.adapters import LegacyERPAdapter  # noqa: PLC0415 - there since the fixture

    client = SoapClient()
    monkeypatch.setattr(LegacyERPAdapter, "_soap_client", client, raising=False)
    load_modules(["my_app.method_a"])
    return client


class Given:
    name = "given"

    def get(self, workspace, key, *, fresh=False):
        return {"API_KEY": "erp-key-4711"}.get(key)

    def grants(self, workspace, key, *, fresh=False):
        return None

    def list(self, workspace):
        return []


def create_order(**changes):
    arguments = {"customer_id": "c-1", "items": [{"sku": "a"}], "api_key": {"$secret": "API_KEY"}}
    call = {
        "resource": "connector:legacy_erp:create_order", "arguments": arguments, "workspace": "default",
        "execution_id": "order_flow:1", "workflow": "order_flow", "version": 1, "state": "Create", "attempt": 0,
        "idempotency_key": "k", "budget_seconds": 30.0, "secret_refs": (("/api_key", "API_KEY"),), **changes,
    }
    return SecretResolving(ConnectorTasks(default_registry), [Given()], SkipClock()).call(TaskCall(**call))


def test_it_creates_an_order_with_the_secret_of_the_step(soap):
    assert create_order() == TaskSucceeded({"order_id": "ERP-4711"})
    assert soap.asked == [("erp-key-4711", "c-1", [{"sku": "a"}])]


def test_its_failure_is_an_error_with_a_json_cause_that_retriers_may_retry(soap):
    soap.fault = ValueError("customer c-1 is blocked, says erp-key-4711")
    outcome = create_order()
    assert (outcome.error, outcome.retryable, outcome.definite) == ("legacy_erp.ConnectorError", True, True)
    cause = json.loads(outcome.cause)
    assert cause["errorMessage"] == "ERP Failed: customer c-1 is blocked, says ********"
    assert (cause["errorType"], cause["retryable"]) == ("ConnectorError", True)
    trace = "".join(cause["stackTrace"])
    assert "in execute" in trace
    assert "from ValueError: customer c-1 is blocked" in trace
    assert "in create_order" in trace, "the frames of what it was raised from are there too"


def test_a_time_out_leaves_the_outcome_open_though_the_adapter_does_not_say_so(soap):
    soap.fault = TimeoutError("no answer")
    assert create_order().definite is False


def test_an_unknown_action_of_the_adapter_is_a_definite_failure(soap):
    outcome = create_order(resource="connector:legacy_erp:cancel_order")
    assert outcome.error == "Automate.ResourceNotAvailable"
    assert "it has create_order" in outcome.cause


def test_inputs_are_checked_against_the_spec(soap):
    outcome = create_order(arguments={"customer_id": 7, "colour": "red"}, secret_refs=())
    assert outcome == TaskFailed("legacy_erp.InvalidInput", outcome.cause, definite=True, retryable=False)
    assert json.loads(outcome.cause)["problems"] == [
        "/colour: is not an input of this action, which takes customer_id, items",
        "/customer_id: must be a string, not number",
        "/items: is required",
    ]
    assert soap.asked == []


def test_both_ways_of_registering_work(my_app):
    load_modules(["my_app.method_b"])
    policy = ConnectorTasks(default_registry).policy("connector:legacy_erp:create_order")
    assert policy == TaskPolicy(limit=CallLimit("legacy_erp", 0, 0.0))
    assert default_registry.get("legacy_erp").name == "Legacy ERP System"


@pytest.mark.parametrize("text", [ADAPTER, AS_PRINTED], ids=["our imports", "the guide's imports"])
def test_naming_the_module_of_the_printed_class_is_enough(my_app, text):
    (my_app / "adapters.py").write_text(text)
    load_modules(["my_app.adapters"])
    assert default_registry.get("legacy_erp").name == "Legacy ERP System"
    policy = ConnectorTasks(default_registry).policy("connector:legacy_erp:create_order")
    assert policy == TaskPolicy(limit=CallLimit("legacy_erp", 0, 0.0))


@pytest.mark.parametrize("line", [
    "from automate_connectors.registry import register\nregister(LegacyERPAdapter)\n",
    "from automate_connectors.registry import register_connector\nregister_connector(LegacyERPAdapter)\n",
])
def test_the_guides_ways_of_registering_are_there_under_its_names(my_app, line):
    (my_app / "adapters.py").write_text(AS_PRINTED + line)
    load_modules(["my_app.adapters"])
    assert default_registry.get("legacy_erp").name == "Legacy ERP System"


def test_the_testing_kit_calls_it(soap):
    adapter = type(default_registry.get("legacy_erp"))
    params = {"customer_id": "c-1", "items": []}
    assert call(adapter, "create_order", params, secrets={"API_KEY": "k-1"}) == {"order_id": "ERP-4711"}
    assert soap.asked == [("k-1", "c-1", [])]
    soap.fault = ValueError("no")
    with pytest.raises(CallFailed, match="ERP Failed: no"):
        call(adapter, "create_order", params)


def test_the_documentation_prints_the_same_adapter():
    text = (Path(__file__).parents[3] / "docs" / "connectors.md").read_text()
    assert f"```python\n{textwrap.dedent(ADAPTER)}```" in text
