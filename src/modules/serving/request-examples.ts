import { DUMMY_JOIN_KEY } from '../../common/model/entity.js';
import type { AnyFeatureView, Field } from '../../common/model/feature-view.js';
import type { RegistrySnapshot } from '../../common/model/registry-snapshot.js';
import { ValueType } from '../../common/model/value.js';
import type { RequestExample } from '../http/request-example.js';

/** More would not be read. */
const MAX_FEATURES = 3;

/**
 * Requests that this registry answers: features of one view by name, and one service. Which entities there are, a
 * registry does not know: the values only have the right types.
 */
export function requestExamples(snapshot: RegistrySnapshot): Record<string, RequestExample> {
  const examples: Record<string, RequestExample> = {};
  const views = [...snapshot.featureViews.values(), ...snapshot.streamFeatureViews.values()];
  const view = views.find((candidate) => !candidate.disabled && candidate.features.length > 0);
  if (view) {
    const features = view.features.slice(0, MAX_FEATURES).map((field) => `${view.name}:${field.name}`);
    examples['features'] = {
      summary: `Features of ${view.name}`,
      value: { features, entities: exampleEntities([view]) },
    };
  }
  for (const service of snapshot.featureServices.values()) {
    const served = service.projections.map(({ viewName }) => snapshot.anyFeatureView(viewName));
    if (!isPlain(service.projections) || !served.every(isServed)) continue;
    examples['service'] = {
      summary: `The features of ${service.name}`,
      value: { feature_service: service.name, entities: exampleEntities(served), full_feature_names: true },
    };
    break;
  }
  return examples;
}

function isPlain(projections: readonly { readonly joinKeyMap: ReadonlyMap<string, string> }[]): boolean {
  return projections.length > 0 && projections.every(({ joinKeyMap }) => joinKeyMap.size === 0);
}

function isServed(view: AnyFeatureView | undefined): view is AnyFeatureView {
  return view !== undefined && !view.disabled && view.kind !== 'on_demand_feature_view';
}

function exampleEntities(views: readonly AnyFeatureView[]): Record<string, unknown[]> {
  const columns = views.flatMap((view) => view.entityColumns).filter(({ name }) => name !== DUMMY_JOIN_KEY);
  // A view without entities is answered for as many rows as any column has.
  if (columns.length === 0) return { row: [1] };
  return Object.fromEntries(columns.map((column) => [column.name, exampleValues(column)]));
}

function exampleValues({ valueType }: Field): unknown[] {
  if (valueType === ValueType.STRING) return ['a', 'b'];
  if (valueType === ValueType.UNIX_TIMESTAMP) return [1_767_225_600, 1_767_312_000];
  return [1001, 1002];
}
