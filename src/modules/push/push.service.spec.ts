import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { parseJsonDocument } from '../../common/codec/json-document.codec.js';
import {
  InvalidRequestError,
  InvalidValueError,
  PermissionDeniedError,
  UnavailableError,
} from '../../common/errors/errors.js';
import type { DataSource } from '../../common/model/data-source.js';
import { Deadline } from '../../common/model/deadline.js';
import type { FeatureView } from '../../common/model/feature-view.js';
import type { JsonObject } from '../../common/model/json-value.js';
import type { RegistrySnapshot } from '../../common/model/registry-snapshot.js';
import type { WriteBatch, WriteOutcome } from '../../common/model/write-batch.js';
import type { AccessPolicy } from '../auth/access-policy.js';
import { OpenAccessPolicy } from '../auth/none/open-access-policy.js';
import { AuditLog } from '../metrics/audit-log.js';
import { MetricsService } from '../metrics/metrics.service.js';
import { RequestMetrics } from '../metrics/request-metrics.js';
import { OnlineStoreWriter } from '../online-store/online-store-writer.js';
import { PrecomputedVectors, type WrittenRows } from '../online-store/precomputed-vectors.js';
import { RegistryRefresh } from '../registry/registry-refresh.js';
import { decodeRegistry } from '../registry/registry.codec.js';
import { RegistryService } from '../registry/registry.service.js';
import { type OfflinePush, OfflinePushes } from './offline-pushes.js';
import { OnlineWrites } from './online-writes.js';
import type { PushRequest } from './push.request.js';
import { PushService } from './push.service.js';
import { WriteObserver } from './write-observer.js';
import { WriteTargets } from './write-targets.js';

const SNAPSHOT = decodeRegistry(
  readFileSync(
    new URL('../../../test/fixtures/conformance/repos/drivers-sqlite/data/registry.db', import.meta.url),
  ),
  'drivers',
);
const NOBODY = { subject: '', roles: [], groups: [], namespaces: [] };
const LAYOUT = { entityKeyVersion: 3, onlineVersioning: false };
const SOURCE = 'driver_stats_push_source';

/** Everything that a push touches, noting what is done in which order. */
class Parts {
  readonly done: string[] = [];
  readonly batches: WriteBatch[] = [];
  readonly pushes: OfflinePush[] = [];
  readonly audited: string[] = [];
  readonly registry = new RegistryService();
  offlineRefusal: Error | undefined;
  onlineFailure: Error | undefined;
  offlineOutcome: 'stored' | 'queued' = 'stored';
  policy: AccessPolicy = new OpenAccessPolicy();

  constructor(snapshot: RegistrySnapshot = SNAPSHOT) {
    this.registry.replace(snapshot);
  }

  push(body: Partial<Omit<PushRequest, 'df'>> & { readonly df: object }): Promise<'stored' | 'queued'> {
    const df = parseJsonDocument(Buffer.from(JSON.stringify(body.df))) as JsonObject;
    const request = {
      to: 'online',
      allowRegistryCache: true,
      transformOnWrite: true,
      pushSource: SOURCE,
      ...body,
      df,
    };
    return this.service().push(NOBODY, request, Deadline.after(1000));
  }

  private service(): PushService {
    const { done, batches, pushes, onlineFailure, offlineRefusal, offlineOutcome } = this;
    class Writer extends OnlineStoreWriter {
      override readonly isFasterInKeyOrder = false;
      override async write(batch: WriteBatch): Promise<WriteOutcome> {
        done.push(`online ${batch.viewName}`);
        if (onlineFailure) throw onlineFailure;
        batches.push(batch);
        return { written: batch.keys.length, skipped: 0 };
      }
      override rowsPerBatch = (): number => 2;
      override close = (): Promise<void> => Promise.resolve();
    }
    class Vectors extends PrecomputedVectors {
      override refresh(_: RegistrySnapshot, written: readonly WrittenRows[]): Promise<[]> {
        done.push(`vectors ${written.map(({ viewName }) => viewName).join(', ')}`);
        return Promise.resolve([]);
      }
    }
    class Pushes extends OfflinePushes {
      override async check(push: OfflinePush): Promise<void> {
        done.push('offline check');
        pushes.push(push);
        if (offlineRefusal) throw offlineRefusal;
      }
      override async store(): Promise<'stored' | 'queued'> {
        done.push('offline store');
        return offlineOutcome;
      }
    }
    class Refresh extends RegistryRefresh {
      override async refresh(): Promise<void> {
        done.push('refresh');
      }
    }
    const metrics = new MetricsService([]);
    const audit = new AuditLog(
      { write: (lines) => void this.audited.push(...lines), reopen: () => undefined, close: () => undefined },
      { onLost: () => undefined },
    );
    this.closeAudit = () => audit.close();
    return new PushService(
      this.registry,
      new Refresh(),
      this.policy,
      new WriteTargets(LAYOUT),
      new OnlineWrites(new Writer(), new Vectors(), () => undefined),
      new Pushes(),
      new WriteObserver(metrics, new RequestMetrics(metrics, String), audit),
      {
        layout: LAYOUT,
        rows: { project: 'drivers', policy: 'newest', numberTimes: 'refuse' },
        limits: { rows: 100, features: 100, cells: 1000 },
        repoDir: tmpdir(),
      },
    );
  }

  closeAudit = (): void => undefined;

  /** The last line of the audit log. */
  audit(): Record<string, unknown> {
    this.closeAudit();
    return JSON.parse(this.audited.at(-1) ?? '{}') as Record<string, unknown>;
  }
}

const DF = {
  driver_id: [1, 2, 3],
  event_timestamp: '2026-02-01',
  created: '2026-02-01',
  conv_rate: [0.5, 0.5, 0.5],
  acc_rate: [0.5, 0.5, 0.5],
  avg_daily_trips: [1, 2, 3],
};
const BOTH = { df: DF, to: 'online_and_offline' };

describe('a push', () => {
  it('is checked offline, then stored online, then offline', async () => {
    const parts = new Parts();
    expect(await parts.push(BOTH)).toBe('stored');
    expect(parts.done[0]).toBe('offline check');
    expect(parts.done.at(-1)).toBe('offline store');
    expect(parts.done.at(-2)).toBe('vectors driver_hourly_stats_fresh, driver_fresh_summary');
    expect(parts.done.slice(1, -2).toSorted()).toEqual([
      'online driver_fresh_summary',
      'online driver_fresh_summary',
      'online driver_hourly_stats_fresh',
      'online driver_hourly_stats_fresh',
    ]);
  });

  it('goes to a view in pieces that the store wants, in their order', async () => {
    const parts = new Parts();
    await parts.push({ df: DF });
    const pieces = parts.batches.filter(({ viewName }) => viewName === 'driver_fresh_summary');
    expect(pieces.map(({ keys, values }) => [keys.length, values[0]?.length])).toEqual([
      [2, 2],
      [1, 1],
    ]);
    const cells = pieces.flatMap(({ values, keys }) => keys.map((_, row) => values[0]?.at(row)?.at(-1)));
    expect(cells).toEqual([1, 2, 3]);
    expect(pieces[1]?.values[0]?.at(1)).toBeUndefined();
  });

  it('writes nothing online when the offline store would not take it', async () => {
    const parts = new Parts();
    parts.offlineRefusal = new InvalidRequestError('columns differ');
    await expect(parts.push(BOTH)).rejects.toBe(parts.offlineRefusal);
    expect(parts.done).toEqual(['offline check']);
  });

  it('goes offline alone, whatever the views would say', async () => {
    const parts = new Parts();
    parts.offlineOutcome = 'queued';
    expect(await parts.push({ df: { anything: [1] }, to: 'offline' })).toBe('queued');
    expect(parts.done).toEqual(['offline check', 'offline store']);
  });

  it('does not go offline when the online store failed', async () => {
    const parts = new Parts();
    parts.onlineFailure = new UnavailableError('locked');
    await expect(parts.push(BOTH)).rejects.toBe(parts.onlineFailure);
    expect(parts.done).not.toContain('offline store');
    expect(parts.audit()).toMatchObject({ status: 'error', to: 'online_and_offline', row_count: 3 });
  });

  it('goes once to each place, whatever the sources are called', async () => {
    const view = SNAPSHOT.featureViews.get('driver_fresh_summary')!;
    const renamed = (name: string, source: Partial<DataSource>): FeatureView => ({
      ...view,
      name,
      batchSource: { ...view.batchSource!, ...source },
    });
    const views = [
      ...SNAPSHOT.featureViews.values(),
      renamed('same_file', { name: 'other name', timestampField: 'other' }),
      renamed('other_spelling', { uri: './data//driver_stats_fresh.parquet' }),
      renamed('other_file', { uri: 'data/other.parquet' }),
    ];
    const parts = new Parts({ ...SNAPSHOT, featureViews: new Map(views.map((each) => [each.name, each])) });
    await parts.push({ ...BOTH, to: 'offline' });
    expect(parts.pushes[0]?.appends.map(({ source }) => source.uri)).toEqual([
      'data/driver_stats_fresh.parquet',
      'data/other.parquet',
    ]);
    const { columns, rows } = parts.pushes[0]!.appends[0]!.rows;
    expect([rows, columns.get('created')]).toEqual([3, ['2026-02-01', '2026-02-01', '2026-02-01']]);
  });

  it('asks for the registry of now when it wants that', async () => {
    const parts = new Parts();
    await parts.push({ df: DF, allowRegistryCache: false });
    expect(parts.done[0]).toBe('refresh');
  });

  it('looks at df, then at `to`, then for the source, then whether the caller may', async () => {
    const parts = new Parts();
    parts.policy = {
      assertAllowed: () => {
        throw new PermissionDeniedError('no');
      },
    } as unknown as AccessPolicy;
    const all = { df: { a: [1], b: [] }, to: 'x', pushSource: 'nope' };
    await expect(parts.push(all)).rejects.toThrow('All arrays must be of the same length');
    await expect(parts.push({ ...all, df: DF })).rejects.toThrow('x is not a supported push format');
    await expect(parts.push({ df: DF, pushSource: 'nope' })).rejects.toThrow(InvalidValueError);
    await expect(parts.push({ df: {} })).rejects.toThrow(PermissionDeniedError);
    expect(parts.done).toEqual([]);
  });

  it('tells the audit log what was written, and by whom; refusals have lines of their own', async () => {
    const parts = new Parts();
    await parts.push({ df: DF });
    expect(parts.audit()).toMatchObject({
      event: 'feature_write',
      requestor_id: 'anonymous',
      endpoint: '/push',
      push_source: SOURCE,
      to: 'online',
      feature_views: ['driver_hourly_stats_fresh', 'driver_fresh_summary'],
      row_count: 3,
      status: 'success',
    });
  });

  it('has nothing to write without rows, or without a value', async () => {
    const parts = new Parts();
    const nulls = { conv_rate: null, acc_rate: null, avg_daily_trips: null };
    expect(await parts.push({ df: {} })).toBe('stored');
    expect(await parts.push({ df: { ...DF, ...nulls } })).toBe('stored');
    expect(parts.done).toEqual([]);
  });
});
