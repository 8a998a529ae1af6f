"""Remote MCP servers (Model Context Protocol, Streamable HTTP): their tools are actions of a connector file.

    automate connectors import mcp URL ──importing──► a connector file: each tool as it was accepted, by its digest
                                            │ client: initialize, tools/list, tools/call
    a Task ──declared.adapter───────────────┤ tools: what a tool says of itself, and whether that can be taken
                                            │ messages: JSON-RPC in JSON or in an event stream
                                            ▼
                                   builtin.http_calls ──► the one dialler

What a server says is data: nothing of it is followed, and what people read of it has no character that hides.
"""
