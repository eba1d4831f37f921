import type { DataSource } from '../../../common/model/data-source.js';
import type { FeatureView, Field } from '../../../common/model/feature-view.js';
import { columnDoubt } from '../../offline-store/column-misfit.js';
import type { SourceColumn } from '../../offline-store/offline-store.js';
import { bindSource } from '../../offline-store/source-binding.js';
import type { DefinitionOrigins } from '../definition-origins.js';
import type { DefinitionProblem } from '../definition-problem.js';

/** Makes problems of one source, at the place where its author finds it. */
export type SourcePlace = (property: string, message: string) => DefinitionProblem;

/** A source that nobody exports stands in the first view that reads it. */
export function sourcePlace(
  source: DataSource,
  views: readonly FeatureView[],
  origins: DefinitionOrigins,
): SourcePlace {
  const { name } = source;
  const reader =
    origins.find('data_source', name) === undefined
      ? views.find(({ batchSource }) => batchSource?.name === name)
      : undefined;
  return (property, message) =>
    reader === undefined
      ? origins.problem({ kind: 'data_source', name }, property, message)
      : origins.problem(reader, `source.${property}`, message);
}

/** What is wrong with the timestamps of a source. */
export function sourceTimeProblems(
  source: DataSource,
  columns: readonly SourceColumn[],
  place: SourcePlace,
): readonly DefinitionProblem[] {
  return problemsOf(source, columns, {}).map((message) =>
    place(message.startsWith('the created') ? 'createdTimestampColumn' : 'timestampField', message),
  );
}

/** What is wrong between a view and its source, at the place where the view was defined. */
export function viewColumnProblems(
  view: FeatureView,
  columns: readonly SourceColumn[],
  origins: DefinitionOrigins,
): { readonly problems: readonly DefinitionProblem[]; readonly doubts: readonly DefinitionProblem[] } {
  const { batchSource: source } = view;
  if (source === undefined) return { problems: [], doubts: [] };
  const ofTimes = new Set(problemsOf(source, columns, {}));
  const tell = (property: string, messages: readonly string[]) =>
    messages
      .filter((message) => !ofTimes.has(message))
      .map((message) => origins.problem(view, property, `${message} (${describe(source)})`));
  // What a transformation makes is not in the file.
  const features = view.transformed ? [] : view.features;
  return {
    problems: [
      ...view.entityColumns.flatMap((key) =>
        tell('entities', problemsOf(source, columns, { joinKeys: [key] })),
      ),
      ...features.flatMap((feature) =>
        tell(`schema.${feature.name}`, problemsOf(source, columns, { features: [feature] })),
      ),
    ],
    doubts: features.flatMap((feature) => tell(`schema.${feature.name}`, doubtsOf(source, columns, feature))),
  };
}

function problemsOf(
  source: DataSource,
  columns: readonly SourceColumn[],
  {
    joinKeys = [],
    features = [],
  }: { readonly joinKeys?: readonly Field[]; readonly features?: readonly Field[] },
): readonly string[] {
  const bound = bindSource({ source, joinKeys, features }, columns);
  return 'problems' in bound ? bound.problems : [];
}

function doubtsOf(source: DataSource, columns: readonly SourceColumn[], feature: Field): readonly string[] {
  const bound = bindSource({ source, joinKeys: [], features: [feature] }, columns);
  if ('problems' in bound) return [];
  return bound.binding.features.flatMap(({ column, field }) => {
    const doubt = columnDoubt(column, field.valueType);
    return doubt === undefined ? [] : [`the column ${column.name} ${doubt}`];
  });
}

function describe({ name, uri }: DataSource): string {
  return uri === undefined || uri === name ? `source ${name}` : `source ${name}, ${uri}`;
}
