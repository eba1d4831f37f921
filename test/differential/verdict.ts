import { answerDifference } from '../conformance/compare.ts';
import type { Answer, Exchange } from '../conformance/exchange.ts';
import { type ExactJson, isExactObject, parseExactJson, printExactJson } from '../conformance/json-exact.ts';
import { brokenRule } from '../conformance/policy.ts';
import { type AskedView, askedViews, columnGroups, featureNames, orderProblem } from './asked-columns.ts';
import { memberOf } from './json-tree.ts';
import type { RepoShape } from './repo-shape.ts';
import { bodyText, type RequestDraft, requestOf } from './request-draft.ts';

/** A request with what both servers answered. */
export interface Pair {
  readonly draft: RequestDraft;
  readonly feast: Answer;
  readonly salver: Answer;
}

/** `same`: what Salver owes. `deliberate`: not Feast's answer, as docs/differences.md says. */
export type Verdict =
  | { readonly kind: 'same' }
  | { readonly kind: 'deliberate'; readonly rule: string }
  | { readonly kind: 'different'; readonly why: string };

const KEPT_STATUSES: ReadonlySet<number> = new Set([401, 403, 404, 409, 422]);

/** Whether Salver's answer is the one that it owes after Feast's. */
export function judged(pair: Pair, shape: RepoShape): Verdict {
  const { status } = pair.feast;
  if (status >= 200 && status < 300) return judgedData(pair, shape);
  if (KEPT_STATUSES.has(status)) return told(errorDifference(pair));
  // A body that is not even text is 400 in Feast, and bad JSON like any other here.
  if (status === 500 || status === 400) return judgedMistake(pair);
  return told(pair.salver.status === status ? undefined : statuses(pair));
}

function told(why: string | undefined, rule?: string): Verdict {
  if (why !== undefined) return { kind: 'different', why };
  return rule === undefined ? { kind: 'same' } : { kind: 'deliberate', rule };
}

function statuses({ feast, salver }: Pair): string {
  return `status: Feast ${feast.status}, Salver ${salver.status}`;
}

function judgedData(pair: Pair, shape: RepoShape): Verdict {
  const views = askedViews(pair.draft.body, shape);
  const why = dataDifference(pair, views);
  if (why === undefined) return told(why);
  const known = featureNames(parseExactJson(pair.feast.text));
  const isLeftOut = (name: string): boolean => !known.includes(name) && fullNames(shape).has(name);
  const salver = without(pair.salver, isLeftOut);
  if (salver === undefined) return told(why);
  const left = views.map(({ key, kind, features }) => ({
    key,
    kind,
    features: features.filter((feature) => !isLeftOut(`${key}__${feature}`)),
  }));
  return told(dataDifference({ ...pair, salver }, left), 'full names of on-demand views');
}

/** Of what is computed: Feast leaves such columns out. */
function fullNames({ views }: RepoShape): ReadonlySet<string> {
  const computed = views.filter(({ kind }) => kind === 'computed');
  return new Set(
    computed.flatMap(({ name, features }) => features.map((feature) => `${name}__${feature.name}`)),
  );
}

/** An answer without some of its columns; undefined when it has none of them. */
function without(answer: Answer, isLeftOut: (name: string) => boolean): Answer | undefined {
  const body = parsed(answer.text);
  const names = featureNames(body ?? null);
  if (!isExactObject(body) || !Array.isArray(body['results']) || !names.some(isLeftOut)) return undefined;
  const results = body['results'].filter((_, at) => !isLeftOut(names[at] ?? ''));
  const metadata = { feature_names: names.filter((name) => !isLeftOut(name)) };
  return { ...answer, text: printExactJson({ results, metadata }) };
}

function dataDifference(pair: Pair, views: readonly AskedView[]): string | undefined {
  const feast = parseExactJson(pair.feast.text);
  const names = featureNames(feast);
  // The sources of a computed view are read where it stands, and Feast's order of several is another in each process.
  const isFree = views.some(({ kind }) => kind === 'computed');
  const recorded = exchange(pair, isFree ? [names] : columnGroups(names, views));
  const difference = answerDifference(recorded, pair.salver, { numbers: 'text', origin: '' });
  return difference ?? (isFree ? undefined : orderProblem(parseExactJson(pair.salver.text), views));
}

export function exchange({ draft, feast }: Pair, columns: Exchange['columns'] = []): Exchange {
  const headers = { 'content-type': feast.headers['content-type'] ?? '' };
  const response = { status: feast.status, headers, body_text: feast.text, body: parsed(feast.text) };
  return { name: 'generated', endpoint: '', request: requestOf(draft), response, columns };
}

function parsed(text: string): ExactJson | undefined {
  try {
    return parseExactJson(text);
  } catch {
    return undefined;
  }
}

/** Feast's error classes and texts are kept; a list of issues has the same places, in its own words. */
export function errorDifference(pair: Pair): string | undefined {
  if (pair.salver.status !== pair.feast.status) return statuses(pair);
  const wanted = locations(pair.feast.text);
  if (wanted === undefined)
    return answerDifference(exchange(pair), pair.salver, { numbers: 'text', origin: '' });
  const got = locations(pair.salver.text);
  if (got === undefined) return 'the body is not {"detail":[{"loc":…}]}';
  return JSON.stringify(wanted) === JSON.stringify(got)
    ? undefined
    : `loc: Feast ${wanted.join(' ')}, Salver ${got.join(' ')}`;
}

/** Undefined for a body that is no list of issues. */
function locations(text: string): string[] | undefined {
  const body =
    parsed(text) === undefined ? undefined : (JSON.parse(text) as { detail?: unknown } | string | null);
  if (typeof body !== 'object' || body === null || !Array.isArray(body.detail)) return undefined;
  return body.detail.map((issue: { loc?: unknown }) => JSON.stringify(issue.loc)).toSorted();
}

/** A 500 that docs/differences.md answers with 2xx, or a mistake of the client's. */
function judgedMistake(pair: Pair): Verdict {
  const { feast, salver } = pair;
  // Feast cannot print such a number in what it says about a request either.
  const saysNonFinite = feast.text.includes('Out of range float values');
  if (saysNonFinite && (salver.status === 200 || !/NaN|Infinity|e400/.test(bodyText(pair.draft))))
    return told(
      brokenRule({ id: 'non-finite', expect: 'ok' }, exchange(pair), salver, false),
      'non-finite cell',
    );
  if (feast.text.includes('Missing join key values') && isEmptyBatch(pair) && salver.status === 200)
    return told(emptyBatchProblem(salver), 'no entities');
  const rule = { id: 'mistakes-of-clients', expect: 'client-error' } as const;
  return told(brokenRule(rule, exchange(pair), salver, false), 'mistake of the client');
}

/** Every list of entities is empty. */
function isEmptyBatch({ draft: { body } }: Pair): boolean {
  const entities = memberOf(body, 'entities');
  if (entities?.kind !== 'members') return false;
  const columns = entities.members.map(({ name }) => memberOf(entities, name));
  return columns.every((column) => column?.kind === 'list' && column.items.length === 0);
}

function emptyBatchProblem(salver: Answer): string | undefined {
  const { results } = JSON.parse(salver.text) as { results: { values: unknown[] }[] };
  return results.every(({ values }) => values.length === 0)
    ? undefined
    : 'values where there are no entities';
}
