"""Reads a bundle with the classes of the package databricks-bundles, and compares its resources with REST bodies.

    .venv/bin/python .ci/bundle_check.py BUNDLE REQUESTS TARGET

Every resource of BUNDLE must be taken by the class of its kind, and must come back from it with every key that it had:
a key that the class does not know is an error. What stands around the resources has no class: `KEYS` is a list of what the
reference of bundle settings knows, as far as `gen` writes it. REQUESTS holds the calls for TARGET as JSON lines; resources, with what the
target adds to them, and bodies must agree in everything but the texts, where the bundle has references.
"""

import json
import sys
from pathlib import Path

import yaml
from databricks.bundles.alerts import Alert
from databricks.bundles.dashboards import Dashboard
from databricks.bundles.jobs import Job
from databricks.bundles.pipelines import Pipeline
from databricks.bundles.schemas import Schema
from databricks.bundles.volumes import Volume

CLASSES = {
    "alerts": Alert,
    "dashboards": Dashboard,
    "jobs": Job,
    "pipelines": Pipeline,
    "schemas": Schema,
    "volumes": Volume,
}
# Keys by where they stand; `*` is any name.
KEYS = {
    "": {"bundle", "include", "resources", "sync", "targets", "variables"},
    "/bundle": {"name"},
    "/sync": {"include", "exclude", "paths"},
    "/variables/*": {"default", "description"},
    "/targets/*": {"default", "mode", "permissions", "presets", "resources", "run_as", "sync", "variables", "workspace"},
    "/targets/*/permissions/*": {"group_name", "level", "service_principal_name", "user_name"},
    "/targets/*/presets": {"jobs_max_concurrent_runs", "name_prefix", "pipelines_development", "tags", "trigger_pause_status"},
    "/targets/*/run_as": {"service_principal_name", "user_name"},
    "/targets/*/workspace": {"file_path", "host", "profile", "root_path", "workspace_id"},
}
MODES = {"development", "production"}
# The command line sends the text of a file; no REST call has the same body.
WITHOUT_CALL = {"dashboards"}
PATHS = {
    "pipelines": "/api/2.0/pipelines",
    "jobs": "/api/2.2/jobs/create",
    "alerts": "/api/2.0/alerts",
}


def resources(bundle: Path):
    """Kind, key and value of every resource, those of single targets included."""
    for path in sorted(bundle.rglob("*.yml")):
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        scopes = [document, *document.get("targets", {}).values()]
        for scope in scopes:
            for kind, of_kind in scope.get("resources", {}).items():
                for key, value in of_kind.items():
                    yield scope is document, kind, key, value


def unknown_keys(document: dict) -> list[str]:
    """Keys around the resources that are on no list."""
    found = [mode for target in document.get("targets", {}).values() if (mode := target.get("mode", "production")) not in MODES]
    for place, known in KEYS.items():
        here = [document]
        for step in place.split("/")[1:]:
            inner = [value for each in here for value in (each.values() if step == "*" else [each.get(step, {})])]
            # The items of a list are at `*` too.
            here = [dict(enumerate(value)) if isinstance(value, list) else value for value in inner]
        found += [f"{place}/{key}" for each in here for key in each if key not in known]
    return found


def merged(value, own):
    """A resource with what a target says of it: tasks of one key are one, other lists follow each other, maps are joined."""
    if isinstance(value, dict) and isinstance(own, dict):
        return {**value, **{key: merged(value[key], inner) if key in value else inner for key, inner in own.items()}}
    if isinstance(value, list) and isinstance(own, list):
        if not all(isinstance(item, dict) and "task_key" in item for item in value + own):
            return value + own
        tasks = {task["task_key"]: task for task in value}
        for task in own:
            tasks[task["task_key"]] = merged(tasks.get(task["task_key"], {}), task)
        return list(tasks.values())
    return own


def overrides(bundle: Path, target: str):
    """What a target says of its resources, by kind and key."""
    found = {}
    for path in sorted(bundle.rglob("*.yml")):
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        found = merged(found, document.get("targets", {}).get(target, {}).get("resources", {}))
    return found


def shape(value, where=""):
    """The paths of all leaves, with the values of those that are no text."""
    if isinstance(value, dict):
        return {leaf for key, inner in value.items() for leaf in shape(inner, f"{where}/{key}")}
    if isinstance(value, list):
        return {leaf for index, inner in enumerate(value) for leaf in shape(inner, f"{where}/{index}")}
    # The id of a job is a number, and a reference to one is a text.
    return {(where, None if isinstance(value, str) or where.endswith("/job_id") else value)}


def main() -> int:
    bundle, requests = map(Path, sys.argv[1:3])
    own = overrides(bundle, sys.argv[3])
    calls = [json.loads(line) for line in requests.read_text(encoding="utf-8").splitlines()]
    bodies = {(call["path"], call["body"].get("name") or call["body"].get("display_name")): call["body"] for call in calls}
    checked = 0
    for path in sorted(bundle.rglob("*.yml")):
        if unknown := unknown_keys(yaml.safe_load(path.read_text(encoding="utf-8"))):
            raise ValueError(f"{path}: {unknown} are not known")
    for common, kind, key, value in resources(bundle):
        returned = CLASSES[kind].from_dict(value).as_dict()
        missing = {where for where, _ in shape(value)} - {where for where, _ in shape(returned)}
        if missing:
            raise ValueError(f"{kind}.{key}: {sorted(missing)} are lost in {CLASSES[kind].__name__}")
        if common and kind not in WITHOUT_CALL:
            body = bodies[PATHS[kind], value.get("name") or value.get("display_name")]
            value = merged(value, own.get(kind, {}).get(key, {}))
            if difference := shape(value) ^ shape(body):
                raise ValueError(f"{kind}.{key}: bundle and call differ in {sorted(map(str, difference))}")
        checked += 1
    print(f"{checked} resources accepted")
    return 0 if checked else 1


if __name__ == "__main__":
    sys.exit(main())
