import {
  driverKey,
  EVENT_TIME_MICROS,
  expectedLines,
  int64Value,
  readLines,
  readPlan,
  type EntityKeys,
  type StoredRow,
  type StoredView,
} from '../../../../test/support/stored-rows.js';
import type { ReadPlan, ViewRead } from '../../../common/model/read-plan.js';
import type { OnlineStore } from '../online-store.js';

/** How the suite gets a store and fills it, by other means than the store's own code. */
export interface OnlineStoreHarness {
  setUp(): Promise<void>;
  tearDown(): Promise<void>;
  /** Another store object on the same data. */
  open(): Promise<OnlineStore>;
  /** Makes room for views that have no rows yet, as `feast apply` does. */
  createViews(views: readonly StoredView[]): Promise<void>;
  /** Writes rows in Feast's own layout; a row for the same view and entity key writes over the one before. */
  seed(rows: readonly StoredRow[]): Promise<void>;
  /** For a store that is a server of its own. */
  readonly server?: StoppableServer;
}

export interface StoppableServer {
  stop(): Promise<void>;
  start(): Promise<void>;
}

export interface Differences {
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
}

export const NONE: Differences = { missing: [], unexpected: [] };

/** What the tests of the contract share: the store under test, and a project of its own for each test. */
export class ContractSuite {
  private opened: OnlineStore | undefined;
  private projects = 0;

  constructor(readonly harness: OnlineStoreHarness) {}

  get store(): OnlineStore {
    if (!this.opened) throw new Error('no store is open');
    return this.opened;
  }

  get project(): string {
    return `contract${this.projects}`;
  }

  async begin(): Promise<void> {
    this.projects++;
    this.opened = await this.harness.open();
  }

  async end(): Promise<void> {
    await this.opened?.close();
    this.opened = undefined;
  }

  row(changes: Partial<StoredRow> = {}): StoredRow {
    return {
      project: this.project,
      viewName: 'stats',
      version: 0,
      entityKey: driverKey(1001),
      values: new Map([['trips', int64Value(7)]]),
      eventTimeMicros: EVENT_TIME_MICROS,
      ...changes,
    };
  }

  /** A plan of this test's project; a view is `stats` with the feature `trips` where it says nothing else. */
  plan(...views: Partial<ViewRead>[]): ReadPlan {
    return readPlan(this.project, ...views);
  }

  /** Writes the rows, makes room for all views of the plan, and reads. */
  async read(plan: ReadPlan, keys: EntityKeys, rows: readonly StoredRow[]): Promise<string[]> {
    await this.harness.createViews(plan.views.map((view) => ({ project: plan.project, ...view })));
    await this.harness.seed(rows);
    return readLines(this.store, plan, keys);
  }

  /** The same, compared with what the rows say. */
  async differences(plan: ReadPlan, keys: EntityKeys, rows: readonly StoredRow[]): Promise<Differences> {
    const found = await this.read(plan, keys, rows);
    return differences(found, expectedLines(plan, keys, rows, this.store));
  }
}

export function differences(found: readonly string[], expected: readonly string[]): Differences {
  const foundLines = new Set(found);
  const expectedSet = new Set(expected);
  return {
    missing: expected.filter((line) => !foundLines.has(line)),
    unexpected: found.filter((line) => !expectedSet.has(line)),
  };
}
