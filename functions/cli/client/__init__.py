"""How commands ask the application: one client, in process on a data folder or over HTTP."""
