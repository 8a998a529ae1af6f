"""OpenAPI documents that several tests use."""

WIDGETS = {
    "openapi": "3.0.3",
    "info": {"title": "Widgets", "version": "1.2", "description": "All widgets.\n\nMore of them."},
    "servers": [{"url": "https://{region}.widgets.example/v1/", "variables": {"region": {"default": "eu"}}}],
    "security": [{"token": []}],
    "paths": {
        "/widgets/{id}": {
            "parameters": [{"$ref": "#/components/parameters/id"}],
            "get": {
                "operationId": "widgets/get", "summary": "Get a widget", "tags": ["widgets"],
                "parameters": [
                    {"name": "fields[]", "in": "query", "schema": {"type": "array", "items": {"type": "string"}}},
                    {"name": "Accept", "in": "header", "schema": {"type": "string"}},
                    {"name": "filter", "in": "query", "style": "deepObject", "explode": True,
                     "schema": {"type": "object", "properties": {"a": {"type": "integer"}}}},
                ],
                "responses": {
                    "200": {"description": "", "content": {"application/json": {
                        "schema": {"$ref": "#/components/schemas/Widget"}}}},
                    "304": {"description": "not modified"},
                },
            },
            "delete": {"operationId": "widgets_delete", "security": [], "responses": {"204": {"description": ""}}},
        },
        "/widgets": {
            "post": {
                "operationId": "create", "tags": ["widgets"],
                "parameters": [
                    {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "format": "uuid"}},
                ],
                "requestBody": {"required": True, "content": {"application/json": {
                    "schema": {"allOf": [{"$ref": "#/components/schemas/Widget"}, {"required": ["name"]}]}}}},
                "responses": {"201": {"description": ""}},
            },
        },
        "/upload": {
            "put": {
                "tags": ["files"], "security": [{"signed": []}],
                "requestBody": {"content": {"multipart/form-data": {"schema": {
                    "type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}}}},
                "responses": {"200": {"description": ""}},
            },
        },
        "/search?q={q}": {"get": {"responses": {"200": {"description": ""}}}},
    },
    "components": {
        "parameters": {"id": {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}},
        "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}, "signed": {"type": "mutualTLS"}},
        "schemas": {
            "Widget": {
                "type": "object",
                "properties": {
                    "id": {"type": "string", "readOnly": True},
                    "name": {"type": "string", "maxLength": 20, "description": "Its name."},
                    "size": {"type": "number", "minimum": 0, "nullable": True, "default": 1},
                    "colour": {"oneOf": [{"type": "string"}, {"type": "integer"}]},
                    "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Widget"}},
                    "token": {"enum": ["a", "b"]},
                },
            },
        },
    },
}
