"""Connectors that come with the product beside the built-in ones: files of services over HTTP (`*.yaml`), and modules
for what no file can say: mail, databases, models, people, this machine's files, values.

Each is there where nobody else has a connector of its code (connectors.registry).
"""
