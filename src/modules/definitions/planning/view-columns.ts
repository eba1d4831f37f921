import type { DataSource } from '../../../common/model/data-source.js';
import type { FeatureView, Field } from '../../../common/model/feature-view.js';
import { columnDoubt } from '../../offline-store/column-misfit.js';
import type { SourceColumn } from '../../offline-store/offline-store.js';
import { bindSource } from '../../offline-store/source-binding.js';
import type { DefinitionOrigins } from '../definition-origins.js';
import type { DefinitionProblem } from '../definition-problem.js';

/** How `bindSource` begins its list of what there is. */
const COLUMNS = /^its columns are /;

/** Makes problems of one source, at the place where its author finds it. */
export type ProblemPlace = (property: string, message: string) => DefinitionProblem;

/** A source that nobody exports stands in the first view that reads it. */
export function problemPlace(
  source: DataSource,
  views: readonly FeatureView[],
  origins: DefinitionOrigins,
): ProblemPlace {
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
  place: ProblemPlace,
): readonly DefinitionProblem[] {
  const found = problemsOf(source, columns, {});
  const problems = found.messages.map((message) =>
    place(message.startsWith('the created') ? 'createdTimestampColumn' : 'timestampField', message),
  );
  return withColumns(problems, found.columns);
}

/** What is wrong between a view and its source, at the place where the view was defined. */
export function viewColumnProblems(
  view: FeatureView,
  columns: readonly SourceColumn[],
  origins: DefinitionOrigins,
): { readonly problems: readonly DefinitionProblem[]; readonly doubts: readonly DefinitionProblem[] } {
  const { batchSource: source } = view;
  if (source === undefined) return { problems: [], doubts: [] };
  const ofTimes = new Set(problemsOf(source, columns, {}).messages);
  const tell = (property: string, messages: readonly string[]) =>
    messages
      .filter((message) => !ofTimes.has(message))
      .map((message) => origins.problem(view, property, `${message} (${describe(source)})`));
  // What a transformation makes is not in the file.
  const features = view.transformed ? [] : view.features;
  const problems = [
    ...view.entityColumns.flatMap((key) =>
      tell('entities', problemsOf(source, columns, { joinKeys: [key] }).messages),
    ),
    ...features.flatMap((feature) =>
      tell(`schema.${feature.name}`, problemsOf(source, columns, { features: [feature] }).messages),
    ),
  ];
  const all = problemsOf(source, columns, { joinKeys: view.entityColumns, features });
  return {
    problems: withColumns(problems, all.columns),
    doubts: features.flatMap((feature) => tell(`schema.${feature.name}`, doubtsOf(source, columns, feature))),
  };
}

/** The columns that there are, told once, behind the last of several problems. */
function withColumns(
  problems: readonly DefinitionProblem[],
  columns: string | undefined,
): readonly DefinitionProblem[] {
  return problems.map((problem, i) =>
    columns !== undefined && i === problems.length - 1
      ? { ...problem, message: `${problem.message}; ${columns}` }
      : problem,
  );
}

/** `columns`: a sentence of those that there are, when one was not found. */
function problemsOf(
  source: DataSource,
  columns: readonly SourceColumn[],
  {
    joinKeys = [],
    features = [],
  }: { readonly joinKeys?: readonly Field[]; readonly features?: readonly Field[] },
): { readonly messages: readonly string[]; readonly columns: string | undefined } {
  const bound = bindSource({ source, joinKeys, features }, columns);
  const all = 'problems' in bound ? bound.problems : [];
  return {
    messages: all.filter((message) => !COLUMNS.test(message)),
    columns: all.find((message) => COLUMNS.test(message)),
  };
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
