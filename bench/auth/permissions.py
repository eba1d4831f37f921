"""Adds permissions to a registry by real Feast: `permissions.py FEATURE_STORE_YAML`."""

import sys
from pathlib import Path

from feast import BatchFeatureView, FeatureService, FeatureStore, FeatureView, OnDemandFeatureView, StreamFeatureView
from feast.permissions.action import AuthzedAction
from feast.permissions.permission import Permission
from feast.permissions.policy import GroupBasedPolicy, RoleBasedPolicy

VIEWS = [FeatureView, BatchFeatureView, StreamFeatureView, OnDemandFeatureView]
PERMISSIONS = [
    Permission(
        name="readers",
        types=[*VIEWS, FeatureService],
        name_patterns=["numbers_.*", "mixed"],
        actions=[AuthzedAction.READ_ONLINE, AuthzedAction.DESCRIBE],
        policy=RoleBasedPolicy(roles=["reader"]),
    ),
    Permission(name="writers", types=VIEWS, actions=[AuthzedAction.WRITE_ONLINE], policy=RoleBasedPolicy(roles=["writer"])),
    Permission(name="team", types=VIEWS, actions=[AuthzedAction.READ_ONLINE], policy=GroupBasedPolicy(groups=["/teams/owner"])),
]

store = FeatureStore(fs_yaml_file=Path(sys.argv[1]))
for permission in PERMISSIONS:
    store.registry.apply_permission(permission, store.project)
