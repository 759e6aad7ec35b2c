"""Compares requests with what the official databricks-sdk would send: body_check.py REQUESTS

REQUESTS holds a request a line, as JSON: `method`, `path`, `query`, and either `body` (JSON), `form` or `raw`. Verb and
path, every key and value of query and body, and what is required must be as in the SDK (`sdk_calls.py`); a deprecated key is
a fault too. `RULES` adds what the interface's descriptions say of several keys together.
"""

import dataclasses
import json
import re
import sys
import typing
import urllib.parse
from pathlib import Path

import sdk_calls
from sdk_calls import Call, Field

# The command line sends them, and their description is missing.
UNDESCRIBED = {("/api/2.0/workspace/export", "direct_download"): Field(bool)}


def type_faults(value, of, place: str) -> list[str]:
    """What is wrong with a value of JSON for a type."""
    if dataclasses.is_dataclass(of):
        if not isinstance(value, dict):
            return [f"{place}: no object, as {of.__name__} is"]
        return key_faults(value, sdk_calls.fields(of), place)
    if sdk_calls.is_enum(of):
        values = [member.value for member in of]
        return [] if value in values else [f"{place}: {value!r} is none of {', '.join(map(str, values))}"]
    origin, inner = typing.get_origin(of), typing.get_args(of)
    if origin is list:
        if not isinstance(value, list):
            return [f"{place}: no list"]
        return [fault for at, item in enumerate(value) for fault in type_faults(item, inner[0], f"{place}[{at}]")]
    if origin is dict:
        if not isinstance(value, dict):
            return [f"{place}: no map"]
        return [fault for key, item in value.items() for fault in type_faults(item, inner[1], f"{place}.{key}")]
    if of in (str, bool, int, float):
        # In JSON, a whole number is a number, and no truth value is one.
        fits = isinstance(value, (int, float) if of is float else of) and (of is bool or not isinstance(value, bool))
        return [] if fits else [f"{place}: {value!r} is no {of.__name__}"]
    return []


def key_faults(value: dict, fields: dict, place: str) -> list[str]:
    """What is wrong with the keys of an object."""
    faults = []
    for key, inner in value.items():
        if key not in fields:
            faults.append(f"{place}.{key}: no such key")
            continue
        if fields[key].deprecated:
            faults.append(f"{place}.{key}: deprecated")
        faults += type_faults(inner, sdk_calls.plain(fields[key].of), f"{place}.{key}")
    return faults + [f"{place}.{key}: missing" for key, field in fields.items() if field.required and key not in value]


def from_text(value, of):
    """A value of a query, where everything is text, as one of its type."""
    if not isinstance(value, str):
        return value
    if of is bool and value in ("true", "false"):
        return value == "true"
    if of is int and re.fullmatch(r"-?\d+", value):
        return int(value)
    return [value] if typing.get_origin(of) is list else value


def query_faults(query: dict, call: Call, path: str) -> list[str]:
    known = {**call.query, **{key: field for (of, key), field in UNDESCRIBED.items() if of == path}}
    typed = {key: from_text(value, sdk_calls.plain(known[key].of) if key in known else str) for key, value in query.items()}
    return key_faults(typed, known, "query")


def body_faults(request: dict, call: Call) -> list[str]:
    body = request.get("form", request.get("body"))
    if call.body is bytes:
        return ["body: JSON, where bytes are sent"] if isinstance(body, (dict, list)) else []
    if request.get("raw"):
        return ["body: bytes, where JSON is sent"]
    if call.body is None:
        return [] if body in (None, {}, "") else ["body: there is none"]
    if not isinstance(body or {}, dict):
        return ["body: no object"]
    if isinstance(call.body, dict):
        return key_faults(body or {}, call.body, "body")
    return type_faults(body or {}, call.body, "body")


def pipeline_rules(body: dict) -> list[str]:
    faults = []
    if ("schema" in body) == ("target" in body):
        faults.append("body: not exactly one of `schema` and `target`")
    if body.get("serverless") and "clusters" in body:
        faults.append("body.clusters: none with `serverless`")
    for at, library in enumerate(body.get("libraries", [])):
        if len(library) != 1:
            faults.append(f"body.libraries[{at}]: not exactly one kind")
        if "*" in library.get("glob", {}).get("include", "").removesuffix("/**"):
            faults.append(f"body.libraries[{at}].glob.include: `/**` at the end is the only pattern")
    return faults


def job_rules(body: dict) -> list[str]:
    faults = []
    settings = body.get("new_settings", body)
    tasks = settings.get("tasks", [])
    keys = [task.get("task_key", "") for task in tasks]
    for at, task in enumerate(tasks):
        place = f"body.tasks[{at}]"
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,100}", keys[at]) or keys.count(keys[at]) > 1:
            faults.append(f"{place}.task_key: {keys[at]!r} is no key, or there are two")
        if sum(key.endswith("_task") for key in task) != 1:
            faults.append(f"{place}: not exactly one kind of task")
        waits = [on.get("task_key") for on in task.get("depends_on", [])]
        faults += [f"{place}.depends_on: no task {key!r}" for key in waits if key not in keys]
    if len({"schedule", "trigger", "continuous"} & settings.keys()) > 1:
        faults.append("body: more than one of `schedule`, `trigger` and `continuous`")
    return faults


def statement_rules(body: dict) -> list[str]:
    if re.fullmatch(r"0s|([5-9]|[1-4]\d|50)s", body.get("wait_timeout", "10s")):
        return []
    return ["body.wait_timeout: neither `0s` nor from `5s` to `50s`"]


RULES = {
    r"(POST|PUT) /api/2\.0/pipelines(/[^/]+)?": pipeline_rules,
    r"POST /api/2\.2/jobs/(create|reset|update)": job_rules,
    r"POST /api/2\.0/sql/statements": statement_rules,
}


def request_faults(request: dict, calls: list[Call]) -> list[str]:
    """What is wrong with a request; of several methods with its path, the one that it fits best is asked."""
    address = urllib.parse.urlsplit(request["path"])
    path, verb = address.path, request["method"].upper()
    query = request.get("query") or {}
    query = dict(urllib.parse.parse_qsl(query.lstrip("?"), True)) if isinstance(query, str) else query
    query = {**dict(urllib.parse.parse_qsl(address.query, True)), **query}
    at_path = [call for call in calls if call.path.fullmatch(path)]
    fitting = [call for call in at_path if call.verb == verb]
    if not fitting:
        known = sorted({call.verb for call in at_path})
        return [f"path: known for {', '.join(known)} only" if known else "path: no such path"]
    # A parameter of a path would also take a word that another path has in its place.
    closest = max(call.literal for call in fitting)
    judged = []
    for call in fitting:
        if call.literal < closest:
            continue
        faults = query_faults(query, call, path) + body_faults(request, call)
        values = map(urllib.parse.unquote, call.path.fullmatch(path).groups())
        for value, of in zip(values, call.path_types):
            faults += type_faults(from_text(value, of), of, "path")
        judged.append(faults)
    faults = min(judged, key=len)
    if isinstance(request.get("body"), dict):
        for pattern, rule in RULES.items():
            if re.fullmatch(pattern, f"{verb} {path}"):
                faults = faults + rule(request["body"])
    return faults


def main() -> int:
    calls = sdk_calls.calls()
    lines = Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
    requests = [json.loads(line) for line in lines if line.strip()]
    wrong = 0
    for number, request in enumerate(requests, start=1):
        faults = request_faults(request, calls)
        wrong += bool(faults)
        for fault in faults:
            print(f"{sys.argv[1]}:{number}: {request['method']} {request['path']}: {fault}", file=sys.stderr)
    print(f"{len(requests) - wrong} of {len(requests)} requests are as the SDK sends them")
    return 1 if wrong or not requests else 0


if __name__ == "__main__":
    sys.exit(main())
