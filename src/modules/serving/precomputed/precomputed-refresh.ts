import { FeatureServerError, NotSupportedError, UnavailableError } from '../../../common/errors/errors.js';
import type { FeatureService } from '../../../common/model/feature-service.js';
import { PRECOMPUTED_FEATURE } from '../../../common/model/precomputed-view.js';
import type { ReadPlan } from '../../../common/model/read-plan.js';
import type { RegistrySnapshot } from '../../../common/model/registry-snapshot.js';
import type { OnlineStore } from '../../online-store/online-store.js';
import type { OnlineStoreTables } from '../../online-store/online-store-tables.js';
import type { OnlineStoreWriter } from '../../online-store/online-store-writer.js';
import {
  PrecomputedVectors,
  type RefreshedService,
  type RefreshLimits,
  type WrittenRows,
} from '../../online-store/precomputed-vectors.js';
import type { VersioningRules } from '../view-finder.js';
import { encodePrecomputedVector, holdsContent } from './precomputed-vector.codec.js';
import { precomputedServicesOf, ServiceVectors } from './service-vectors.js';
import { VectorContentSink } from './vector-content-sink.js';

/** How often the vectors of a batch are stored while others write its rows. */
const ATTEMPTS = 20;
/** Services of which few vectors are made. */
const SERVICES_TOGETHER = 4;

export interface RefreshPorts {
  readonly reader: OnlineStore;
  readonly writer: OnlineStoreWriter;
  /** Tells which entities there are; not needed by who always knows whose rows were written. */
  readonly tables: OnlineStoreTables | undefined;
}

/**
 * Makes vectors from the rows that are stored.
 *
 * A vector is stored, and then rows and vector are read once more: if somebody else wrote rows meanwhile, or an older
 * vector, it is stored again. So the last one to store a vector has always seen it agree with the rows, however many
 * processes do this at once.
 *
 * Shape:  bytes as Feast 0.66 writes them on Redis; other stores tell what is absent, and so do their vectors.
 * Source: spec/online-read.md part 8; compared with Feast's own precompute.
 */
export class PrecomputedRefresh extends PrecomputedVectors {
  constructor(
    private readonly ports: RefreshPorts,
    private readonly versioning: VersioningRules,
  ) {
    super();
  }

  override async refresh(
    snapshot: RegistrySnapshot,
    written: readonly WrittenRows[],
    limits: RefreshLimits,
  ): Promise<readonly RefreshedService[]> {
    const viewNames = new Set(written.map(({ viewName }) => viewName));
    const services = precomputedServicesOf(snapshot, viewNames);
    const results: RefreshedService[] = [];
    // A store that commits what comes together commits once for them.
    const together = written.some(({ keys }) => keys === 'all') ? 1 : SERVICES_TOGETHER;
    for (let from = 0; from < services.length; from += together) {
      const next = services.slice(from, from + together);
      results.push(
        ...(await Promise.all(
          next.map((service) => this.refreshService(snapshot, service, { written, limits })),
        )),
      );
    }
    return results;
  }

  private async refreshService(
    snapshot: RegistrySnapshot,
    service: FeatureService,
    { written, limits }: Refresh,
  ): Promise<RefreshedService> {
    const startedMs = performance.now();
    let vectors = 0;
    let failure: string | undefined;
    try {
      const recipe = new ServiceVectors(snapshot, service, this.versioning);
      for await (const keys of this.keysOf(recipe, written, limits)) {
        for (let from = 0; from < keys.length; from += recipe.keysPerBatch) {
          limits.signal?.throwIfAborted();
          const batch = keys.slice(from, from + recipe.keysPerBatch);
          await this.store(recipe, batch, limits);
          vectors += batch.length;
        }
      }
    } catch (error) {
      failure = limits.signal?.aborted ? String(limits.signal.reason) : reasonOf(error);
    }
    return { name: service.name, vectors, durationMs: Math.round(performance.now() - startedMs), failure };
  }

  private async *keysOf(
    recipe: ServiceVectors,
    written: readonly WrittenRows[],
    { deadline }: RefreshLimits,
  ): AsyncGenerator<readonly Uint8Array[], void> {
    const own = written.filter(({ viewName }) => recipe.sharesKeysOf(viewName));
    if (own.some(({ keys }) => keys === 'all')) {
      if (this.ports.tables === undefined) throw new NotSupportedError('entities are not looked for here');
      yield* this.ports.tables.entityKeys(recipe.keyTables(), deadline);
    } else yield distinct(own.flatMap(({ keys }) => (keys === 'all' ? [] : keys)));
  }

  private async store(
    recipe: ServiceVectors,
    keys: readonly Uint8Array[],
    { deadline }: RefreshLimits,
  ): Promise<void> {
    let contents = (await this.read(recipe, recipe.contentPlan, { keys, deadline: deadline() })).contents();
    let open = keys;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      await this.write(recipe, { keys: open, contents }, deadline());
      const found = await this.read(recipe, recipe.checkPlan, { keys: open, deadline: deadline() });
      const wanted = found.contents();
      const rows = open.map((_, row) => row).filter((row) => !agrees(found.stored[row], wanted[row]!));
      if (rows.length === 0) return;
      open = rows.map((row) => open[row]!);
      contents = rows.map((row) => wanted[row]!);
    }
    throw new UnavailableError(
      `rows were written faster than vectors could be made of them (${open.length})`,
    );
  }

  private async read(
    recipe: ServiceVectors,
    plan: ReadPlan,
    { keys, deadline }: { keys: readonly Uint8Array[]; deadline: ReturnType<RefreshLimits['deadline']> },
  ): Promise<VectorContentSink> {
    const { reader } = this.ports;
    const sink = new VectorContentSink(
      recipe,
      keys.length,
      reader.capabilities.tellsAbsentFromNull ? undefined : 0,
    );
    await reader.read(
      plan,
      plan.views.map(() => keys),
      sink,
      deadline,
    );
    return sink;
  }

  private async write(
    recipe: ServiceVectors,
    { keys, contents }: { readonly keys: readonly Uint8Array[]; readonly contents: readonly Uint8Array[] },
    deadline: ReturnType<RefreshLimits['deadline']>,
  ): Promise<void> {
    const nowMicros = Math.round((performance.timeOrigin + performance.now()) * 1000);
    await this.ports.writer.write(
      {
        project: recipe.contentPlan.project,
        viewName: recipe.viewName,
        version: 0,
        features: [PRECOMPUTED_FEATURE],
        keys,
        values: [contents.map((content) => encodePrecomputedVector(content, nowMicros))],
        eventTimesMicros: keys.map(() => nowMicros),
        createdTimesMicros: undefined,
        // What was read last counts, whatever the clocks of the writers say.
        policy: 'last',
      },
      deadline,
    );
  }
}

interface Refresh {
  readonly written: readonly WrittenRows[];
  readonly limits: RefreshLimits;
}

function agrees(stored: Uint8Array | undefined, content: Uint8Array): boolean {
  return stored !== undefined && holdsContent(stored, content);
}

function distinct(keys: readonly Uint8Array[]): readonly Uint8Array[] {
  return [...new Map(keys.map((key) => [Buffer.from(key).toString('latin1'), key])).values()];
}

/** What is no failure on purpose is a bug, and said to be one. */
function reasonOf(error: unknown): string {
  if (error instanceof FeatureServerError) return error.message;
  return `unexpected error: ${error instanceof Error ? error.message : String(error)}`;
}
