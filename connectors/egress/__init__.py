"""Egress: where connectors may connect to, and the one dialler that connects them.

hosts      text ─► a name or an address, by one parser
urls       text ─► scheme, host, port, target, by one parser
ranges     which addresses are no public hosts (IANA's registries), and what they are
allowing   AUTOMATE_EGRESS_ALLOW: what is called although it is not public
dialling   host, port, deadline ─► name resolved once, every address checked, a socket to a checked one
sockets    sockets that keep a deadline, whatever the other side sends
http_connection   HTTP over such a socket
granted    the hosts that the secrets of a call are granted for
in_force   the process's dialler
"""
