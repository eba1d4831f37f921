import type { FeatureStoreConfig } from '../../../common/config/feature-store.js';
import { InvalidRequestError, NotSupportedError, UnavailableError } from '../../../common/errors/errors.js';
import type { DataSource } from '../../../common/model/data-source.js';
import { Deadline } from '../../../common/model/deadline.js';
import type { FeatureView } from '../../../common/model/feature-view.js';
import type { OfflineStore, SourceColumn } from '../../offline-store/offline-store.js';
import { createOfflineStore } from '../../offline-store/offline-store-factory.js';
import { decodeDataSource } from '../../registry/data-source.codec.js';
import { decodeFeatureView, decodeStreamFeatureView } from '../../registry/feature-view.codec.js';
import { DefinitionOrigins } from '../definition-origins.js';
import { type DefinitionProblem, DefinitionsError, problemText } from '../definition-problem.js';
import type { DesiredRegistry } from '../desired-registry.js';
import type { LoadedDefinition } from '../loaded-definition.js';
import { problemPlace, type ProblemPlace, sourceTimeProblems, viewColumnProblems } from './view-columns.js';

/** For all sources together. */
const VALIDATION_LIMIT_MS = 120_000;

export interface SourceChecks {
  /** Files are there, and have their timestamps. */
  readonly sources: boolean;
  /** Files have the columns of their views. */
  readonly views: boolean;
}

interface Findings {
  readonly problems: DefinitionProblem[];
  readonly doubts: DefinitionProblem[];
}

/**
 * Looks into the files that the definitions name.
 *
 * Shape:  warnings.
 * Errors: DefinitionsError that names every file, column and type that does not fit; UnavailableError.
 */
export async function validateSources(
  { offlineStore, repoDir }: Pick<FeatureStoreConfig, 'offlineStore' | 'repoDir'>,
  repo: { readonly desired: DesiredRegistry; readonly loaded: readonly LoadedDefinition[] },
  checks: SourceChecks,
): Promise<readonly string[]> {
  if (!checks.sources) return [];
  const store = openStore(offlineStore, repoDir);
  if (typeof store === 'string') return [`data sources are not looked into: ${store}`];
  try {
    const origins = new DefinitionOrigins(repo.loaded);
    const findingAll = findings(store, repo.desired, { checks, origins });
    const found = await Deadline.after(VALIDATION_LIMIT_MS).limit(findingAll, tooLate);
    if (found.problems.length > 0) throw new DefinitionsError(found.problems);
    return found.doubts.map(problemText);
  } finally {
    await store.close();
  }
}

async function findings(
  store: OfflineStore,
  desired: DesiredRegistry,
  { checks, origins }: { readonly checks: SourceChecks; readonly origins: DefinitionOrigins },
): Promise<Findings> {
  const found: Findings = { problems: [], doubts: [] };
  const columnsOf = new Map<string, readonly SourceColumn[]>();
  const views = servedViews(desired);
  for (const source of desired.dataSources.map(decodeDataSource).filter(isFile)) {
    // One after the other: each opens files, and there may be hundreds.
    const place = problemPlace(source, views, origins);
    const columns = await readColumns(store, source, found, place);
    if (columns === undefined) continue;
    columnsOf.set(source.name, columns);
    found.problems.push(...sourceTimeProblems(source, columns, place));
  }
  if (!checks.views) return found;
  for (const view of views) {
    const columns = view.batchSource && columnsOf.get(view.batchSource.name);
    if (columns === undefined) continue;
    const { problems, doubts } = viewColumnProblems(view, columns, origins);
    found.problems.push(...problems);
    found.doubts.push(...doubts);
  }
  return found;
}

function isFile({ kind }: DataSource): boolean {
  return kind === 'BATCH_FILE';
}

function servedViews({ featureViews, streamFeatureViews }: DesiredRegistry): readonly FeatureView[] {
  return [
    ...featureViews.flatMap(({ spec }) => (spec ? [decodeFeatureView(spec, undefined)] : [])),
    ...streamFeatureViews.flatMap(({ spec }) => (spec ? [decodeStreamFeatureView(spec, undefined)] : [])),
  ];
}

/** Undefined: not to be had, which is found out. */
async function readColumns(
  store: OfflineStore,
  source: DataSource,
  { problems, doubts }: Findings,
  place: ProblemPlace,
): Promise<readonly SourceColumn[] | undefined> {
  try {
    return await store.columns(source);
  } catch (error) {
    // What this version cannot read may still be registered and served.
    if (error instanceof NotSupportedError) doubts.push(place('path', error.message));
    else if (error instanceof InvalidRequestError) problems.push(place('path', error.message));
    else throw error;
    return undefined;
  }
}

/** A text: why not. */
function openStore(options: FeatureStoreConfig['offlineStore'], repoDir: string): OfflineStore | string {
  try {
    return createOfflineStore(options, repoDir);
  } catch (error) {
    if (error instanceof NotSupportedError) return error.message;
    throw error;
  }
}

function tooLate(): UnavailableError {
  const limit = `${VALIDATION_LIMIT_MS / 1000} s`;
  return new UnavailableError(
    `the data sources could not be looked into within ${limit}; --skip-source-validation goes without`,
  );
}
