"""The how-to guide's names for what `connectors` holds, so that a connector works as the guide prints it:
``adapters.base`` has ConnectorAdapter, ``models`` ActionSpec and ConnectorError, ``registry`` register and
register_connector.
"""
