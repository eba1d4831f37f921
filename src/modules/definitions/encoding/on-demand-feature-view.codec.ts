import { clone, create } from '@bufbuild/protobuf';
import { DataSourceSchema, type DataSource } from '../../../generated/feast/core/DataSource_pb.js';
import {
  OnDemandFeatureViewSchema,
  OnDemandSourceSchema,
  type OnDemandFeatureView,
  type OnDemandSource,
} from '../../../generated/feast/core/OnDemandFeatureView_pb.js';
import { encodeAggregation } from './aggregation.codec.js';
import { descriptive } from './entity.codec.js';
import type { OptionsReader } from './options-reader.js';
import { pathTo } from './problem-report.js';
import { encodeProjection, type Projection } from './projection.codec.js';
import { versioned, viewName } from './stored-view.js';
import { encodeTransform } from './transform-text.js';
import { kindOfValue } from './value-kind.js';
import type { ViewColumns } from './view-columns.js';

/** A source of an on-demand view, and the name under which `transform` finds it. */
export type NamedSource =
  | { readonly key: string; readonly projection: Projection }
  | { readonly key: string; readonly request: DataSource };

/** Feast's tag for a view whose transformations are timed. */
const TRACK_METRICS_TAG = 'feast:track_metrics';

/** Functions whose result comes bit by bit. */
const OTHER_FUNCTIONS: ReadonlySet<string> = new Set(['GeneratorFunction', 'AsyncGeneratorFunction']);

/** Shape: an on-demand view; see `encodeTransform` for its function. */
export function encodeOnDemandFeatureView(
  reader: OptionsReader,
  project: string,
  columns: ViewColumns,
  named: readonly NamedSource[],
): OnDemandFeatureView {
  const name = viewName(reader);
  const about = descriptive(reader);
  const trackMetrics = reader.flag('trackMetrics', false);
  const spec = {
    name,
    project,
    ...columns,
    ...about,
    tags: { ...about.tags, ...(trackMetrics ? { [TRACK_METRICS_TAG]: 'true' } : {}) },
    sources: sourcesOf(reader, named),
    ...(reader.value('aggregations') === undefined ? transformed(reader, name) : aggregated(reader, columns)),
    ...versioned(reader),
  };
  return create(OnDemandFeatureViewSchema, { spec });
}

function transformed(reader: OptionsReader, name: string) {
  const mode = reader.oneOf('mode', ['row', 'columns'], '');
  if (mode === '' && reader.value('mode') === undefined)
    reader.tell('mode', "is missing: 'row' or 'columns'");
  // How it runs is no matter of the registry's.
  reader.flag('heavy', false);
  return {
    featureTransformation: encodeTransform(name, transformOf(reader)),
    mode: 'python',
    singleton: mode === 'row',
    writeToOnlineStore: reader.flag('writeToOnlineStore', false),
  };
}

/** As Feast keeps a view of aggregations that was given no mode. */
function aggregated(reader: OptionsReader, { features }: ViewColumns) {
  const aggregations = reader
    .list('aggregations')
    .map((value, index) => encodeAggregation(reader, value, index));
  if (aggregations.length === 0) reader.tell('aggregations', 'is empty: name at least one');
  const names = aggregations.map(({ name, column, function: fn }) => name || `${fn}_${column}`);
  names.forEach((name, index) => {
    const place = pathTo('aggregations', index);
    if (names.indexOf(name) < index) reader.tell(place, `makes '${name}', as another one does`);
    if (!features.some((feature) => feature.name === name))
      reader.tell(place, `makes '${name}', which is not in the schema`);
    if (aggregations[index]?.timeWindow)
      reader.tell(place, 'has a timeWindow, and the rows of a request have no time');
  });
  for (const { name } of features) {
    if (!names.includes(name)) reader.tell(pathTo('schema', name), 'is made by none of the aggregations');
  }
  return { aggregations, mode: 'pandas' };
}

/** Feast keeps the sources under the names of views and of request sources, so no two can be the same. */
function sourcesOf(reader: OptionsReader, named: readonly NamedSource[]): Record<string, OnDemandSource> {
  const sources = new Map<string, OnDemandSource>();
  for (const one of named) {
    const name = 'request' in one ? one.request.name : one.projection.view.name;
    if (sources.has(name)) {
      reader.tell(
        pathTo('sources', one.key),
        `there is a source of the name '${name}' already: a view and a request source can be used once`,
      );
    }
    sources.set(name, encodeNamed(one));
  }
  return Object.fromEntries(sources);
}

function encodeNamed(one: NamedSource): OnDemandSource {
  return create(OnDemandSourceSchema, {
    source:
      'request' in one
        ? { case: 'requestDataSource', value: clone(DataSourceSchema, one.request) }
        : { case: 'featureViewProjection', value: encodeProjection(one.projection) },
  });
}

function transformOf(reader: OptionsReader): string {
  const transform = reader.value('transform');
  if (typeof transform !== 'function') {
    reader.tell(
      'transform',
      `must be a function such as ({ stats }) => ({ … }), is ${kindOfValue(transform)}`,
    );
    return '';
  }
  if (OTHER_FUNCTIONS.has(transform.constructor.name)) {
    reader.tell(
      'transform',
      'must be a function that returns all values at once, or a promise of them: it cannot be a generator',
    );
  }
  return Function.prototype.toString.call(transform);
}
