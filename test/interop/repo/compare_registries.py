"""Compares every object of a registry that Salver wrote with the same one of a registry that Feast wrote, as Feast's SDK loads them.

Arguments, for each project: its name, the registry that Feast wrote, the registry that Salver wrote.
"""
import copy
import sys
import warnings

warnings.filterwarnings("ignore")

from feast import FeatureStore
from feast.repo_config import RepoConfig


def store(project, path):
    return FeatureStore(config=RepoConfig(project=project, registry=path, provider="local", entity_key_serialization_version=3))


def compare(kind, ours, theirs):
    """How many are equal; the others are printed."""
    equal = 0
    mine, wanted = ({o.name: o for o in objects} for objects in (ours, theirs))
    if mine.keys() != wanted.keys():
        print(f"{kind}: {sorted(mine.keys() ^ wanted.keys())} are on one side only")
    for name in mine.keys() & wanted.keys():
        if mine[name] == wanted[name]:
            equal += 1
        else:
            print(f"{kind} {name} differs:\n{mine[name]}\n{wanted[name]}")
    return equal


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


def compare_all(project, feasts, salvers):
    feast, salver = store(project, feasts).registry, store(project, salvers).registry

    def both(lister):
        return lister(salver), lister(feast)

    on_demand = feast.list_on_demand_feature_views(project)
    loaded = salver.list_on_demand_feature_views(project)
    for view in loaded:
        try:
            view.feature_transformation.udf({})
            print(f"{view.name}: the function of Salver did not raise")
        except NotImplementedError as error:
            assert view.name in str(error) and "Salver" in str(error), error
    return sum((
        compare("project", *both(lambda r: without_times(r.list_projects()))),
        compare("entity", *both(lambda r: r.list_entities(project))),
        compare("source", *both(lambda r: r.list_data_sources(project))),
        compare("feature view", *both(lambda r: r.list_feature_views(project))),
        compare("stream feature view", *both(lambda r: with_sorted_features(r.list_stream_feature_views(project)))),
        compare("label view", *both(lambda r: r.list_label_views(project))),
        compare("on-demand feature view", with_transformation(loaded, on_demand), on_demand),
        compare("feature service", *both(lambda r: r.list_feature_services(project))),
        compare("permission", *both(lambda r: r.list_permissions(project))),
    ))


arguments = sys.argv[1:]
for project, feasts, salvers in zip(arguments[0::3], arguments[1::3], arguments[2::3]):
    print(f"{project}: {compare_all(project, feasts, salvers)} objects are equal")
