"""Loads a registry that Salver wrote, with Feast's SDK, and compares every object with the same one of a registry that Feast wrote."""
import copy
import sys
import warnings

warnings.filterwarnings("ignore")

from feast import FeatureStore
from feast.repo_config import RepoConfig

PROJECT, FEASTS, SALVERS = sys.argv[1:4]


def store(path):
    return FeatureStore(config=RepoConfig(project=PROJECT, registry=path, provider="local", entity_key_serialization_version=3))


feast, salver = store(FEASTS).registry, store(SALVERS).registry
equal = 0


def compare(kind, ours, theirs):
    global equal
    mine, wanted = ({o.name: o for o in objects} for objects in (ours, theirs))
    if mine.keys() != wanted.keys():
        print(f"{kind}: {sorted(mine.keys() ^ wanted.keys())} are on one side only")
    for name in mine.keys() & wanted.keys():
        if mine[name] == wanted[name]:
            equal += 1
        else:
            print(f"{kind} {name} differs:\n{mine[name]}\n{wanted[name]}")


def without_times(objects):
    for o in objects:
        o.created_timestamp = o.last_updated_timestamp = None
    return objects


def with_sorted_features(views):
    """Feast stores the features of a stream view in the order of a set."""
    for view in views:
        view.projection.features = sorted(view.projection.features)
    return views


def with_transformation(objects, others):
    """The function is TypeScript there and Python here, so that only the rest can be equal."""
    by_name = {o.name: o for o in others}
    for o in objects:
        o.feature_transformation = copy.copy(by_name[o.name].feature_transformation)
        o.mode = by_name[o.name].mode
    return objects


compare("project", *[without_times(r.list_projects()) for r in (salver, feast)])
compare("entity", *[r.list_entities(PROJECT) for r in (salver, feast)])
compare("source", *[r.list_data_sources(PROJECT) for r in (salver, feast)])
compare("feature view", *[r.list_feature_views(PROJECT) for r in (salver, feast)])
compare("stream feature view", *[with_sorted_features(r.list_stream_feature_views(PROJECT)) for r in (salver, feast)])
compare("label view", *[r.list_label_views(PROJECT) for r in (salver, feast)])
on_demand = feast.list_on_demand_feature_views(PROJECT)
loaded = salver.list_on_demand_feature_views(PROJECT)
for view in loaded:
    try:
        view.feature_transformation.udf({})
        print(f"{view.name}: the function of Salver did not raise")
    except NotImplementedError as error:
        assert view.name in str(error) and "Salver" in str(error), error
compare("on-demand feature view", with_transformation(loaded, on_demand), on_demand)
compare("feature service", *[r.list_feature_services(PROJECT) for r in (salver, feast)])
compare("permission", *[r.list_permissions(PROJECT) for r in (salver, feast)])
print(f"{equal} objects are equal")
