"""A workspace's SQL statement API, as far as a reader needs it, over the tables of a local run.

It takes only what the OpenAPI document allows, waits before it answers, cuts results into chunks, is busy at times and
forgets tokens: a client that copes with it copes with the real one. Statements are run by `gen query`, with parameters
put in as literals of their types. What follows a chunk is told by the chunk, by the manifest, or by both.
"""

import json
import re
import subprocess
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CHUNK = 20
TYPE = re.compile(r"STRING|BIGINT|INT|DATE|DECIMAL\(\d+,\d+\)")


def literal(parameter):
    """A parameter as SQL."""
    value, type_name = parameter.get("value"), parameter["type"]
    assert TYPE.fullmatch(type_name), type_name
    if value is None:
        return f"CAST(NULL AS {type_name})"
    assert isinstance(value, str), parameter
    text = value.replace("\\", "\\\\").replace("'", "\\'")
    # A limit must be a literal; it is the only INT.
    return str(int(value)) if type_name == "INT" else f"CAST('{text}' AS {type_name})"


class Workspace:
    """Statements, tokens, and a record of what was asked."""

    def __init__(self, gen, warehouse, document):
        self.gen, self.warehouse, self.document = gen, warehouse, document
        self.tokens, self.statements, self.requests, self.lock = set(), {}, [], threading.Lock()
        self.busy, self.forgets = 0, True
        # How chunks are told apart, and what is wrong with results.
        self.names_next, self.counts, self.truncates, self.loses, self.loops = True, True, False, False, False

    def execute(self, body):
        schemas = self.document["components"]["schemas"]
        requests = [s for name, s in schemas.items() if name.endswith("_request")]
        rule = next((r for r in requests if r["properties"]["statement"]["const"] == body["statement"]), None)
        assert rule, "a statement that the document does not know"
        names = [p["properties"]["name"]["const"] for p in rule["properties"]["parameters"]["prefixItems"]]
        assert [p["name"] for p in body["parameters"]] == names, "the parameters of the statement, in their order"
        values = {p["name"]: literal(p) for p in body["parameters"]}
        sql = re.sub(r":(\w+)", lambda name: values[name[1]], body["statement"])
        done = subprocess.run([self.gen, "query", sql, "--warehouse", self.warehouse, "--format", "json"],
                              capture_output=True, text=True, check=False)
        if done.returncode:
            return {"state": "FAILED", "error": {"error_code": "BAD_REQUEST", "message": done.stderr}}, []
        rows = [list(row.values()) for row in json.loads(done.stdout)]
        return {"state": "SUCCEEDED"}, [[text(value) for value in row] for row in rows]

    def manifest(self, rows):
        if not self.counts:
            return {}
        chunks = max(1, -(-len(rows) // CHUNK))
        return {"manifest": {"total_row_count": len(rows), "total_chunk_count": chunks, "truncated": self.truncates}}

    def chunk(self, rows, index):
        here = rows[index * CHUNK:(index + 1) * CHUNK]
        chunk = {"chunk_index": index, "row_count": len(here), "data_array": here[:-1] if self.loses else here}
        if self.names_next and (index + 1) * CHUNK < len(rows):
            chunk["next_chunk_index"] = index if self.loops else index + 1
        return chunk


def text(value):
    """A value as the API writes it: everything is text."""
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def handler(workspace):
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args):
            pass

        def answer(self, status, body, **headers):
            data = json.dumps(body).encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def body(self):
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))

        def allowed(self):
            token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
            if token in workspace.tokens:
                return True
            self.answer(401, {"error_code": "UNAUTHENTICATED", "message": "the token is not known"})
            return False

        def do_POST(self):
            body = self.body()
            if self.path == "/oidc/v1/token":
                if self.headers.get("Authorization") != "Basic cmVhZGVyOnNlY3JldA==":  # reader:secret
                    return self.answer(401, {"error": "invalid_client"})
                token = str(uuid.uuid4())
                workspace.tokens.add(token)
                return self.answer(200, {"access_token": token, "token_type": "Bearer", "expires_in": 3600})
            if not self.allowed():
                return None
            with workspace.lock:
                workspace.busy += 1
                if workspace.busy % 4 == 2:
                    return self.answer(429, {"message": "busy"}, Retry_After="0")
                if workspace.busy % 4 == 0 and workspace.forgets:
                    workspace.tokens.clear()
                    return self.answer(401, {"message": "the token has expired"})
            request = json.loads(body)
            workspace.requests.append({"method": "POST", "path": self.path, "body": request})
            status, rows = workspace.execute(request)
            key = str(uuid.uuid4())
            workspace.statements[key] = [status, rows, 1]
            return self.answer(200, {"statement_id": key, "status": {"state": "PENDING"}})

        def do_GET(self):
            if not self.allowed():
                return None
            workspace.requests.append({"method": "GET", "path": self.path})
            parts = self.path.removeprefix("/api/2.0/sql/statements/").split("/")
            status, rows, waits = statement = workspace.statements[parts[0]]
            if len(parts) == 4:
                return self.answer(200, workspace.chunk(rows, int(parts[3])))
            statement[2] = waits - 1
            if waits > 0:
                return self.answer(200, {"statement_id": parts[0], "status": {"state": "RUNNING"}})
            result = {}
            if status["state"] == "SUCCEEDED":
                result = {**workspace.manifest(rows), "result": workspace.chunk(rows, 0)}
            return self.answer(200, {"statement_id": parts[0], "status": status, **result})

    return Handler


def serve(gen, warehouse, document):
    """Starts a stand-in on a free port; gives the server and its workspace."""
    workspace = Workspace(gen, warehouse, document)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(workspace))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, workspace
