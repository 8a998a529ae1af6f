"""OpenAPI 3.0 and 3.1 documents: what ``automate connectors import`` makes a connector file of.

    openapi.yaml ──document──► operations ──operations, schemas──► actions ──importing──► a connector file, with the
                                                                                          overlays of the one before

The document is read by openapi-spec-validator, references are followed by referencing; needs the extra ``openapi``.
"""
