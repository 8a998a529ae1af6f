"""Connectors to services of others that come with the product: slack.yaml (a connector file) and `mail` (SMTP).

Each is there where nobody else has a connector of its code (connectors.registry).
"""
