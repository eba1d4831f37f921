import { type ExactJson, isExactObject } from './json-exact.ts';

const BLANKED = '<volatile>';

/**
 * Blanks what the recording marks as changing from run to run.
 * Shape: paths like `$.created_at`, `$.results[1].event_timestamps`, `$.data[*].id`; `$` alone is for the caller.
 * A place that does not exist stays missing, so its absence is still a difference.
 */
export function withoutVolatile(value: ExactJson, paths: readonly string[]): ExactJson {
  return paths.reduce((current, path) => blanked(current, steps(path)), value);
}

function steps(path: string): readonly string[] {
  return [...path.matchAll(/\.([^.[\]]+)|\[(\*|\d+)\]/g)].map((match) => match[1] ?? match[2] ?? '');
}

function blanked(value: ExactJson, path: readonly string[]): ExactJson {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  const below = (item: ExactJson): ExactJson => (rest.length === 0 ? BLANKED : blanked(item, rest));
  if (Array.isArray(value)) {
    return value.map((item: ExactJson, index) =>
      step === '*' || step === String(index) ? below(item) : item,
    );
  }
  if (!isExactObject(value) || !Object.hasOwn(value, step)) return value;
  return { ...value, [step]: below(value[step] as ExactJson) };
}

/**
 * Sorts the columns of an answer inside each group: Feast's order there changes with every start of the server.
 * Shape: `groups` cut the columns from left to right, a group of n names covers the next n columns; columns behind
 * the last group keep their order. A body that is not an online features answer comes back as it is.
 */
export function withOrderedColumns(body: ExactJson, groups: readonly (readonly string[])[]): ExactJson {
  if (!isExactObject(body) || !isExactObject(body['metadata'])) return body;
  const names = body['metadata']['feature_names'];
  const results = body['results'];
  if (!Array.isArray(names) || !Array.isArray(results) || names.length !== results.length) return body;
  const order = columnOrder(names.map(String), groups);
  return {
    ...body,
    metadata: { ...body['metadata'], feature_names: order.map((column) => names[column]) },
    results: order.map((column) => results[column]),
  };
}

function columnOrder(names: readonly string[], groups: readonly (readonly string[])[]): number[] {
  const order = [...names.keys()];
  let start = 0;
  for (const { length } of groups) {
    const group = order.slice(start, start + length);
    order.splice(start, length, ...group.toSorted((a, b) => compareText(names[a], names[b]) || a - b));
    start += length;
  }
  return order;
}

function compareText(a = '', b = ''): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
