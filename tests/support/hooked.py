"""Workflows with triggers, behind the API."""

import hashlib
import hmac
import json

PASS = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
SECRET = "a webhook's secret"


class Hooked:
    """The API, and a workflow `flow` with the triggers given."""

    def __init__(self, api):
        self.api = api

    def publish(self, *triggers, name="flow", **more):
        document = {"name": name, "definition": PASS, "triggers": list(triggers), **more}
        reply = self.api("POST", "/workflows/import", {"document": document, "publish": True})
        assert reply.status == 200, reply.text

    def call(self, body, path="/hooks/flow/order", *, secret=SECRET, key="d-1", **headers):
        """A call as GitHub makes it."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        signature = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
        given = {"x_hub_signature_256": f"sha256={signature}", "x_github_delivery": key, "x_github_event": "push"}
        return self.api("POST", path, raw, **{**given, **headers})

    def executions(self):
        return [row["id"] for row in self.api("GET", "/executions").json["executions"]]

    def deliveries(self, trigger="webhook"):
        return self.api("GET", f"/triggers/flow/{trigger}/deliveries").json["deliveries"]
