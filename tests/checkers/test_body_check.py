"""The check of requests finds each fault that is planted, and none in the request without it."""

import copy
import importlib.util
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / ".ci"))
import body_check
import sdk_calls

TASK = {"task_key": "update", "pipeline_task": {"pipeline_id": "p1"}, "max_retries": 2}
JOB = {
    "method": "POST",
    "path": "/api/2.2/jobs/create",
    "body": {
        "name": "daily",
        "tasks": [TASK, {"task_key": "after", "depends_on": [{"task_key": "update"}], "run_job_task": {"job_id": 7}}],
        "schedule": {"quartz_cron_expression": "0 0 5 * * ?", "timezone_id": "UTC", "pause_status": "PAUSED"},
        "tags": {"team": "sales"},
    },
}
PIPELINE = {
    "method": "PUT",
    "path": "/api/2.0/pipelines/p1",
    "body": {"name": "sales", "catalog": "main", "schema": "sales", "serverless": True,
             "libraries": [{"glob": {"include": "/Workspace/sales/**"}}]},
}
RIGHT = [
    JOB,
    PIPELINE,
    {"method": "GET", "path": "/api/2.2/jobs/list?limit=20&expand_tasks=true"},
    {"method": "PATCH", "path": "/api/2.1/unity-catalog/permissions/schema/main.sales",
     "body": {"changes": [{"principal": "g", "add": ["USE_SCHEMA"]}]}},
    {"method": "PUT", "path": "/api/2.0/fs/files/Volumes/a/b/c/d.csv", "query": {"overwrite": "true"}, "raw": True},
    {"method": "POST", "path": "/api/2.0/sql/statements", "body": {"statement": "SELECT 1", "warehouse_id": "w", "wait_timeout": "50s"}},
    {"method": "POST", "path": "/oidc/v1/token", "form": {"grant_type": "client_credentials", "scope": "all-apis"}},
]


def changed(request, *steps, to):
    """A request with the value at the end of some steps replaced, or removed if it becomes `None`."""
    request = copy.deepcopy(request)
    *way, last = steps
    place = request
    for step in way:
        place = place[step]
    if to is None:
        del place[last]
    else:
        place[last] = to
    return request


WRONG = [
    (changed(JOB, "path", to="/api/2.2/jobs/made"), "no such path"),
    (changed(JOB, "method", to="DELETE"), "known for"),
    (changed(JOB, "body", "nmae", to="x"), "body.nmae: no such key"),
    (changed(JOB, "body", "tasks", 0, "pipeline_task", "id", to="x"), "no such key"),
    (changed(JOB, "body", "tasks", 0, "pipeline_task", "pipeline_id", to=None), "missing"),
    (changed(JOB, "body", "tasks", 0, "pipeline_task", to=None), "not exactly one kind of task"),
    (changed(JOB, "body", "tasks", 0, "max_retries", to="2"), "is no int"),
    (changed(JOB, "body", "tasks", 0, "max_retries", to=True), "is no int"),
    (changed(JOB, "body", "tasks", 0, "task_key", to="a b"), "is no key"),
    (changed(JOB, "body", "tasks", 1, "task_key", to="update"), "is no key"),
    (changed(JOB, "body", "tasks", 1, "depends_on", 0, "task_key", to="gone"), "no task 'gone'"),
    (changed(JOB, "body", "tasks", to={}), "no list"),
    (changed(JOB, "body", "schedule", "pause_status", to="OFF"), "is none of"),
    (changed(JOB, "body", "tags", to=["a"]), "no map"),
    (changed(JOB, "body", "continuous", to={"pause_status": "PAUSED"}), "more than one of"),
    (changed(PIPELINE, "body", "target", to="sales"), "not exactly one of"),
    (changed(PIPELINE, "body", "clusters", to=[]), "none with `serverless`"),
    (changed(PIPELINE, "body", "libraries", 0, "glob", "include", to="/a/*.sql"), "the only pattern"),
    (changed(RIGHT[2], "path", to="/api/2.2/jobs/list?limit=many"), "is no int"),
    (changed(RIGHT[2], "path", to="/api/2.2/jobs/list?page=2"), "query.page: no such key"),
    (changed(RIGHT[3], "body", "changes", 0, "add", to=["USE SCHEMA"]), "is none of"),
    (changed(RIGHT[4], "raw", to=False) | {"body": {"a": 1}}, "where bytes are sent"),
    (changed(RIGHT[5], "body", "wait_timeout", to="60s"), "wait_timeout"),
    (changed(RIGHT[6], "form", "grant_type", to=None), "missing"),
]


@unittest.skipUnless(importlib.util.find_spec("databricks") and importlib.util.find_spec("databricks.sdk"),
                     "needs databricks-sdk: .ci/run bundle")
class Requests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.calls = sdk_calls.calls()

    def test_nearly_every_method_of_the_sdk_is_known(self):
        # What sends nothing by itself waits for something, or talks to another host.
        self.assertGreater(len(self.calls), 1400)

    def test_right_requests_have_no_fault(self):
        for request in RIGHT:
            with self.subTest(request["path"]):
                self.assertEqual(body_check.request_faults(request, self.calls), [])

    def test_each_planted_fault_is_found(self):
        for request, word in WRONG:
            with self.subTest(word, path=request["path"]):
                self.assertIn(word, "\n".join(body_check.request_faults(request, self.calls)))


if __name__ == "__main__":
    unittest.main()
