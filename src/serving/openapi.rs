//! The OpenAPI 3.1 document of what a program reads: the SQL statement API of the workspace, reduced to the statements
//! that the program may run.
//!
//! Source: workspace-api.md, "SQL statements and warehouses". A client starts a statement, waits for it, and fetches
//! its result in chunks.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::RestReader;
use super::reading::{ResultColumn, StatementParameter, TableReading};
use crate::model::{Layer, Principal, Project, Target};

/// The document for one program.
pub fn document(project: &Project, reader: &RestReader<'_>) -> Value {
    let mut schemas = Map::new();
    for reading in &reader.readings {
        schemas.insert(format!("{}_request", reading.table), request(project, reading));
        schemas.insert(format!("{}_row", reading.table), row(reading));
    }
    schemas.extend(answers(reader));
    let targets: Map<String, Value> = targets(project).map(|t| (t.name.clone(), place(t, reader.name))).collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": format!("{}: what {} reads", project.name, reader.name),
            "version": "1",
            "description": description(reader),
        },
        "servers": [{
            "url": "https://{workspace}",
            "description": "The workspace",
            "variables": {"workspace": {"default": "example.cloud.databricks.com", "description": "Its host name"}},
        }],
        "security": [{"oauth": ["all-apis"]}],
        "paths": paths(project, reader),
        "components": {
            "securitySchemes": {"oauth": {
                "type": "oauth2",
                "description": "The service principal signs in with its client id and secret",
                "flows": {"clientCredentials": {
                    "tokenUrl": "/oidc/v1/token",
                    "scopes": {"all-apis": "What the principal may do"},
                }},
            }},
            "parameters": {"statement_id": {
                "name": "statement_id", "in": "path", "required": true,
                "description": "As the answer to the request told",
                "schema": {"type": "string"},
            }},
            "schemas": schemas,
        },
        "x-targets": targets,
    })
}

/// The default target first: it is what a client means when it names none.
fn targets(project: &Project) -> impl Iterator<Item = &Target> {
    let (default, others): (Vec<_>, Vec<_>) = project.targets.iter().partition(|target| target.default);
    default.into_iter().chain(others)
}

fn place(target: &Target, reader: &str) -> Value {
    let ids: BTreeMap<&str, &Principal> = target.principals.iter().map(|(name, p)| (name.as_str(), p)).collect();
    let id = match ids.get(reader) {
        Some(Principal::ServicePrincipal(id) | Principal::Group(id)) => id.as_str(),
        None => reader,
    };
    json!({"catalog": target.catalog, "schema": target.schema_of(Layer::Gold), "client_id": id})
}

/// What the program is allowed, and no more.
fn description(reader: &RestReader<'_>) -> String {
    let tables: Vec<String> = reader.readings.iter().map(|r| format!("`SELECT` on `{}`", r.table)).collect();
    format!(
        "A table is read a page at a time: `POST /api/2.0/sql/statements` starts a statement, \
         `GET /api/2.0/sql/statements/{{statement_id}}` waits for it, and \
         `GET /api/2.0/sql/statements/{{statement_id}}/result/chunks/{{chunk_index}}` fetches what did not fit into the \
         answer. The next page is asked for with the key of the last row.\n\n\
         The principal needs these rights and no others for it: `CAN USE` on the SQL warehouse, `USE CATALOG` on the \
         catalog, `USE SCHEMA` on the schema, {}.",
        tables.join(", ")
    )
}

fn paths(project: &Project, reader: &RestReader<'_>) -> Value {
    let requests: Vec<Value> = reader.readings.iter().map(|r| reference(&format!("{}_request", r.table))).collect();
    let examples: Map<String, Value> = reader.readings.iter().map(|r| (r.table.clone(), example(project, r))).collect();
    let id = json!({"$ref": "#/components/parameters/statement_id"});
    json!({
        "/api/2.0/sql/statements": {"post": {
            "operationId": "execute",
            "summary": "Start a statement, and wait for it up to `wait_timeout`",
            "requestBody": {"required": true, "content": {"application/json": {
                "schema": {"oneOf": requests},
                "examples": examples,
            }}},
            "responses": responses("statement"),
        }},
        "/api/2.0/sql/statements/{statement_id}": {"get": {
            "operationId": "poll",
            "summary": "See how far a statement is; with its first chunk when it has succeeded",
            "parameters": [id],
            "responses": responses("statement"),
        }},
        "/api/2.0/sql/statements/{statement_id}/result/chunks/{chunk_index}": {"get": {
            "operationId": "chunk",
            "summary": "Fetch a further chunk of the result",
            "parameters": [id, {
                "name": "chunk_index", "in": "path", "required": true,
                "description": "`next_chunk_index` of the chunk before, or the next number below `total_chunk_count`",
                "schema": {"type": "integer", "minimum": 0},
            }],
            "responses": responses("chunk"),
        }},
        "/api/2.0/sql/statements/{statement_id}/cancel": {"post": {
            "operationId": "cancel",
            "summary": "Give a statement up",
            "parameters": [id],
            "responses": {"200": {"description": "It was asked to stop"}, "default": failure()},
        }},
    })
}

fn responses(schema: &str) -> Value {
    json!({
        "200": {"description": "What there is so far", "content": {"application/json": {"schema": reference(schema)}}},
        "429": {"description": "Too many requests: try again after `Retry-After` seconds"},
        "default": failure(),
    })
}

fn failure() -> Value {
    json!({"description": "What went wrong", "content": {"application/json": {"schema": reference("failure")}}})
}

fn reference(schema: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{schema}")})
}

fn request(project: &Project, reading: &TableReading) -> Value {
    let values = |of: fn(&Target) -> &str| targets(project).map(of).collect::<Vec<_>>();
    let parameters: Vec<Value> = reading.parameters.iter().map(parameter).collect();
    json!({
        "type": "object",
        "title": reading.table,
        "description": reading.description,
        "required": ["warehouse_id", "catalog", "schema", "statement", "parameters"],
        "properties": {
            "warehouse_id": {"type": "string", "description": "The SQL warehouse that does the work"},
            "catalog": {"type": "string", "enum": unique(values(|t| &t.catalog))},
            "schema": {"type": "string", "enum": unique(values(|t| t.schema_of(Layer::Gold)))},
            "statement": {"const": reading.statement},
            "parameters": {
                "type": "array",
                "prefixItems": parameters,
                "items": false,
                "minItems": parameters.len(),
            },
            "wait_timeout": {"type": "string", "default": "30s", "description": "0s, or 5s to 50s"},
            "on_wait_timeout": {"enum": ["CONTINUE", "CANCEL"], "default": "CONTINUE"},
            "disposition": {"const": "INLINE"},
            "format": {"const": "JSON_ARRAY"},
        },
    })
}

fn unique(values: Vec<&str>) -> Vec<&str> {
    let mut unique: Vec<&str> = vec![];
    values.into_iter().for_each(|value| {
        if !unique.contains(&value) {
            unique.push(value);
        }
    });
    unique
}

fn parameter(parameter: &StatementParameter) -> Value {
    let mut schema = json!({
        "type": "object",
        "description": parameter.description,
        "required": ["name", "type"],
        "properties": {
            "name": {"const": parameter.name},
            "type": {"const": parameter.ty},
            "value": {"type": "string", "description": "Left out, it asks for nothing"},
        },
    });
    if let (Some(column), Some(schema)) = (&parameter.follows, schema.as_object_mut()) {
        schema.insert("x-page".to_owned(), json!({"follows": column}));
    }
    schema
}

/// A row is an array of texts, whatever the types of its columns are.
fn row(reading: &TableReading) -> Value {
    let cell = |column: &ResultColumn| {
        let ty = if column.nullable { json!(["string", "null"]) } else { json!("string") };
        let text = match column.description.as_str() {
            "" => column.ty.to_string(),
            description => format!("{description} ({})", column.ty),
        };
        json!({"title": column.name, "description": text, "type": ty})
    };
    let cells: Vec<Value> = reading.columns.iter().map(cell).collect();
    json!({"type": "array", "title": format!("A row of {}", reading.table), "prefixItems": cells, "items": false})
}

/// The first page of a table.
fn example(project: &Project, reading: &TableReading) -> Value {
    let given = |p: &StatementParameter| match p.name.as_str() {
        "page_size" => json!({"name": p.name, "type": p.ty, "value": "1000"}),
        _ => json!({"name": p.name, "type": p.ty}),
    };
    let target = project.default_target();
    json!({
        "summary": format!("The first page of {}", reading.table),
        "value": {
            "warehouse_id": "0123456789abcdef",
            "catalog": target.map(|t| &t.catalog),
            "schema": target.map(|t| t.schema_of(Layer::Gold)),
            "statement": reading.statement,
            "parameters": reading.parameters.iter().map(given).collect::<Vec<_>>(),
            "wait_timeout": "30s",
            "on_wait_timeout": "CONTINUE",
            "disposition": "INLINE",
            "format": "JSON_ARRAY",
        },
    })
}

fn answers(reader: &RestReader<'_>) -> Map<String, Value> {
    let rows: Vec<Value> = reader.readings.iter().map(|r| reference(&format!("{}_row", r.table))).collect();
    let states = ["PENDING", "RUNNING", "SUCCEEDED", "FAILED", "CANCELED", "CLOSED"];
    let answers = json!({
        "statement": {
            "type": "object",
            "required": ["statement_id", "status"],
            "properties": {
                "statement_id": {"type": "string"},
                "status": {
                    "type": "object",
                    "required": ["state"],
                    "properties": {"state": {"enum": states}, "error": reference("failure")},
                },
                "manifest": reference("manifest"),
                "result": reference("chunk"),
            },
        },
        "manifest": {
            "type": "object",
            "properties": {
                "total_row_count": {"type": "integer", "description": "Rows of all chunks"},
                "total_chunk_count": {"type": "integer", "description": "Chunks, numbered from 0"},
                "truncated": {"type": "boolean", "description": "Whether rows are missing: the result is of no use then"},
            },
        },
        "chunk": {
            "type": "object",
            "properties": {
                "chunk_index": {"type": "integer"},
                "row_offset": {"type": "integer"},
                "row_count": {"type": "integer"},
                "next_chunk_index": {"type": "integer", "description": "Missing in the last chunk; may be missing in others"},
                "data_array": {"type": "array", "items": {"anyOf": rows}},
            },
        },
        "failure": {
            "type": "object",
            "properties": {"error_code": {"type": "string"}, "message": {"type": "string"}},
        },
    });
    answers.as_object().cloned().unwrap_or_default()
}
