"""Connectors that a file declares: an address, a kind of authentication, actions as method, path and schemas.

    crm.yaml ──reading──► form.ConnectorFile ──adapter──► a ConnectorAdapter class: what a Python connector is
                                                              │ wire: the request  │ answers: what came back, pages
                                                              ▼
                                              builtin.http_calls ──► the one dialler

docs/connector-files.md is the guide, docs/connector.schema.json the schema for editors.
"""

ENDINGS = (".yaml", ".yml", ".json")
"""Of connector files."""
