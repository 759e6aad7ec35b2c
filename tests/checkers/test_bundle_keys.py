"""The check of a bundle finds keys around the resources that nobody knows."""

import importlib.util
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / ".ci"))

BUNDLE = {
    "bundle": {"name": "sales"},
    "targets": {"dev": {"mode": "development", "permissions": [{"level": "CAN_VIEW", "group_name": "g"}]}, "prod": {}},
    "variables": {"schema": {"description": "Schema"}},
}


@unittest.skipUnless(importlib.util.find_spec("databricks") and importlib.util.find_spec("databricks.bundles"), "needs databricks-bundles: .ci/run bundle")
class Keys(unittest.TestCase):
    def test_unknown_keys_and_modes_are_found(self):
        import bundle_check

        self.assertEqual(bundle_check.unknown_keys(BUNDLE), [])
        target = BUNDLE["targets"]["dev"]
        wrong = {**BUNDLE, "target": {}, "targets": {"dev": {**target, "mode": "test", "permissions": [{"levle": "CAN_VIEW"}]}}}
        self.assertEqual(bundle_check.unknown_keys(wrong), ["test", "/target", "/targets/*/permissions/*/levle"])


if __name__ == "__main__":
    unittest.main()
