"""Reads back with the official SDK what was deployed to the workspace of the tests, field by field.

    python read_back.py HOST TOKEN DEPLOYED

DEPLOYED is JSON: ids of what was made, and the bodies it was made of. Prints how many fields are as they were sent.
"""

import json
import sys

from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import NotFound
from databricks.sdk.service.workspace import ExportFormat

compared = 0


def same(found, sent, place: str) -> None:
    """Everything that was sent is there; a server may add more."""
    global compared
    if isinstance(sent, dict):
        assert isinstance(found, dict), f"{place}: {found!r}"
        for key, value in sent.items():
            assert key in found, f"{place}.{key} is not there: {found!r}"
            same(found[key], value, f"{place}.{key}")
    elif isinstance(sent, list):
        assert len(found) == len(sent), f"{place}: {found!r}"
        for at, value in enumerate(sent):
            same(found[at], value, f"{place}[{at}]")
    else:
        compared += 1
        assert found == sent, f"{place}: {found!r}, but {sent!r} was sent"


def main(host: str, token: str, deployed: dict) -> None:
    client = WorkspaceClient(host=host, token=token)
    me = client.current_user.me()
    same(me.user_name, deployed["me"], "me")

    pipeline = deployed["pipeline"]
    found = client.pipelines.get(pipeline["id"])
    # Whom it runs as is no part of the settings that come back.
    sent = {key: value for key, value in pipeline["body"].items() if key != "run_as"}
    same(found.spec.as_dict(), sent, "pipeline")
    same(found.run_as_user_name, deployed["runner"], "pipeline.run_as")
    named = [one.pipeline_id for one in client.pipelines.list_pipelines(filter="name LIKE 'etl'")]
    same(named, [pipeline["id"]], "pipelines")
    update = client.pipelines.get_update(pipeline["id"], pipeline["update"]).update
    same(update.state.value, "COMPLETED", "update")
    events = list(client.pipelines.list_pipeline_events(pipeline["id"]))
    same(events[0].origin.update_id, pipeline["update"], "event")
    acl = client.pipelines.get_permissions(pipeline["id"]).as_dict()["access_control_list"]
    same(acl[0], {"service_principal_name": deployed["me"], "all_permissions": [{"permission_level": "IS_OWNER", "inherited": False}]}, "acl")

    job = deployed["job"]
    found = client.jobs.get(job["id"]).as_dict()
    same(found["job_id"], job["id"], "job")
    same(found["settings"], job["body"], "job")
    same([one.job_id for one in client.jobs.list(name="NIGHTLY")], [job["id"]], "jobs")
    run = client.jobs.run_now(job["id"], idempotency_token="once").response
    again = client.jobs.run_now(job["id"], idempotency_token="once").response
    same(run.run_id, again.run_id, "run")

    same(client.alerts_v2.get_alert(deployed["alert"]["id"]).as_dict(), deployed["alert"]["body"], "alert")
    same([one.id for one in client.alerts_v2.list_alerts()], [deployed["alert"]["id"]], "alerts")
    board = client.lakeview.get(deployed["dashboard"]["id"])
    same(board.display_name, deployed["dashboard"]["name"], "dashboard")
    same(client.lakeview.get_published(board.dashboard_id).warehouse_id, "wh1", "dashboard")

    path, text = deployed["file"]["path"], deployed["file"]["text"]
    same(client.workspace.get_status(path).size, len(text), "file")
    same(client.workspace.download(path, format=ExportFormat.AUTO).read().decode(), text, "file")
    folder = client.workspace.get_status(path.rsplit("/", 2)[0])
    acl = client.permissions.get("directories", str(folder.object_id)).as_dict()["access_control_list"]
    same({entry.get("service_principal_name") for entry in acl} >= {deployed["runner"]}, True, "folder")

    same(client.schemas.get("main.s").as_dict(), {"name": "s", "catalog_name": "main", "owner": deployed["me"]}, "schema")
    same(client.volumes.read("main.s.landing").as_dict(), {"name": "landing", "volume_type": "MANAGED"}, "volume")
    tables = {table.name: table.as_dict() for table in client.tables.list("main", "s")}
    same(sorted(tables), ["gold", "raw"], "tables")
    same(tables["gold"], {"table_type": "MATERIALIZED_VIEW", "owner": deployed["runner"], "comment": "how many"}, "table")
    same(tables["raw"]["columns"][1]["mask"], {"function_name": "main.s.hide"}, "mask")
    functions = [function.name for function in client.functions.list("main", "s")]
    same(functions, ["hide"], "functions")
    grants = client.grants.get("table", "main.s.gold").as_dict()["privilege_assignments"]
    same(grants, [{"principal": "analysts", "privileges": ["SELECT"]}], "grants")
    effective = client.grants.get_effective("volume", "main.s.landing", principal=deployed["runner"])
    privileges = {one["privilege"]: one.get("inherited_from_name") for one in effective.as_dict()["privilege_assignments"][0]["privileges"]}
    same(privileges, {"READ_VOLUME": None, "USE_SCHEMA": "main.s", "USE_CATALOG": "main"}, "effective")
    tags = [tag.as_dict() for tag in client.entity_tag_assignments.list("columns", "main.s.raw.mail")]
    same(tags, [{"tag_key": "pii", "tag_value": "mail"}], "tags")

    client.files.create_directory("/Volumes/main/s/landing/sub")
    answer = client.statement_execution.execute_statement("SELECT 1", "wh1")
    while answer.status.state.value == "PENDING":
        answer = client.statement_execution.get_statement(answer.statement_id)
    same(answer.result.data_array, [["1"]], "statement")
    same(len(list(client.warehouses.list())), 4, "warehouses")
    try:
        client.pipelines.get("no-such-pipeline")
        raise AssertionError("a pipeline that is not there was found")
    except NotFound:
        pass
    print(f"{compared} fields are as they were sent")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], json.loads(sys.argv[3]))
