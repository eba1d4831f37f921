import type { Redis } from 'ioredis';
import { DUMMY_JOIN_KEY } from '../../../common/model/entity.js';
import type { Deadline } from '../../../common/model/deadline.js';
import { OnlineStoreTables, type TableState, type ViewTable } from '../online-store-tables.js';
import { commandFailure, createRedisClient, runRedisCommands } from './redis-client.js';
import type { RedisConnectionOptions } from './redis-connection-options.js';
import { DROP_VIEW_SCRIPT } from './redis-drop-script.js';
import { type KeyFamily, scanKeys } from './redis-key-scan.js';
import { redisField, redisTimeField } from './redis-row.codec.js';

export interface RedisTablesOptions {
  readonly connection: RedisConnectionOptions;
  /** Without it rows of views that are gone stay. */
  readonly fullScanForDeletion: boolean;
  /** `entity_key_serialization_version` */
  readonly entityKeyVersion: number;
}

/** Keys that one pipeline asks about or changes. */
const CHUNK_KEYS = 200;
/** Steps of a scan after which it is not known whether a view has rows. */
const INSPECT_STEPS = 20;

/**
 * Rows of views in Redis, which need no room before they are written and have to be looked for among all keys.
 *
 * Shape:  the server is asked in steps of less than a millisecond of its time, however many keys it has.
 * Source: spec/online-store-redis.md, Delete; unlike Feast's pattern, the keys of a project whose name ends with that of
 *         this one are not touched.
 */
export class RedisOnlineStoreTables extends OnlineStoreTables {
  override readonly location: string;
  override readonly noun = undefined;
  private readonly client: Redis;

  /** Errors: ConfigurationError when a file for TLS cannot be read. */
  constructor(private readonly options: RedisTablesOptions) {
    super();
    const { host, port, socketPath, db } = options.connection;
    this.location = `Redis at ${socketPath ?? `${host}:${port}`}, database ${db}`;
    this.client = createRedisClient(options.connection);
  }

  override nameOf({ viewName, version }: ViewTable): string {
    return version > 0 ? `${viewName}_v${version}` : viewName;
  }

  override async inspect(views: readonly ViewTable[], deadline: Deadline): Promise<readonly TableState[]> {
    const held = new Map<ViewTable, boolean>();
    if (this.options.fullScanForDeletion) {
      for (const group of this.groups(views)) await this.inspectGroup(group, held, deadline);
    } else {
      for (const view of views) held.set(view, false);
    }
    return views.map((view) => ({ view, exists: true, holdsRows: held.get(view) }));
  }

  override create(): Promise<void> {
    return Promise.resolve();
  }

  /** Without `full_scan_for_deletion` it does nothing, as in Feast. */
  override async drop(views: readonly ViewTable[], deadline: Deadline): Promise<void> {
    if (!this.options.fullScanForDeletion) return;
    for (const group of this.groups(views)) {
      const calls = group.views.map((view) => [timeField(view), ...featureFields(view)]);
      for await (const { keys } of scanKeys(this.client, group.family, deadline)) {
        for (const chunk of chunksOf(keys)) {
          await this.pipeline(deadline, (pipeline) => {
            for (const key of chunk) {
              for (const fields of calls) pipeline.eval(DROP_VIEW_SCRIPT, 1, key, ...fields);
            }
          });
        }
      }
    }
  }

  /** The hashes of all entities of these views. */
  override async teardown(project: string, views: readonly ViewTable[], deadline: Deadline): Promise<void> {
    const own = views.map((view) => ({ ...view, project }));
    for (const { family } of this.groups(own)) {
      for await (const { keys } of scanKeys(this.client, family, deadline)) {
        for (const chunk of chunksOf(keys)) {
          await this.pipeline(deadline, (pipeline) => void pipeline.unlink(...chunk));
        }
      }
    }
  }

  override async *entityKeys(
    views: readonly ViewTable[],
    deadline: () => Deadline,
  ): AsyncGenerator<readonly Uint8Array[], void> {
    for (const { family } of this.groups(views)) {
      const projectBytes = Buffer.byteLength(family.project, 'utf8');
      for await (const { keys } of scanKeys(this.client, family, deadline)) {
        if (keys.length > 0) yield keys.map((key) => key.subarray(0, key.length - projectBytes));
      }
    }
  }

  override close(): Promise<void> {
    this.client.disconnect();
    return Promise.resolve();
  }

  private async inspectGroup(
    { family, views }: ViewGroup,
    held: Map<ViewTable, boolean>,
    deadline: Deadline,
  ): Promise<void> {
    let steps = 0;
    for await (const { keys, isLast } of scanKeys(this.client, family, deadline)) {
      for (const chunk of chunksOf(keys)) {
        const open = views.filter((view) => !held.has(view));
        const replies = await this.pipeline(deadline, (pipeline) => {
          for (const view of open) for (const key of chunk) pipeline.hexists(key, timeField(view));
        });
        open.forEach((view, index) => {
          const found = replies.slice(index * chunk.length, (index + 1) * chunk.length);
          if (found.includes(1)) held.set(view, true);
        });
      }
      if (isLast) for (const view of views) if (!held.has(view)) held.set(view, false);
      if (++steps === INSPECT_STEPS || views.every((view) => held.has(view))) return;
    }
  }

  /** The replies. Errors: the first failure. */
  private async pipeline(
    deadline: Deadline,
    fill: (pipeline: ReturnType<Redis['pipeline']>) => void,
  ): Promise<readonly unknown[]> {
    const replies = await runRedisCommands(this.client, deadline, (client) => {
      const pipeline = client.pipeline();
      fill(pipeline);
      return pipeline.exec();
    });
    return (replies ?? []).map(([error, reply]) => {
      if (error) throw commandFailure(error);
      return reply;
    });
  }

  /** Views by the keys that they share. */
  private groups(views: readonly ViewTable[]): readonly ViewGroup[] {
    const groups = new Map<string, { family: KeyFamily; views: ViewTable[] }>();
    for (const view of views) {
      const joinKeys = view.joinKeys.length === 0 ? [DUMMY_JOIN_KEY] : view.joinKeys.toSorted();
      const name = JSON.stringify([view.project, joinKeys]);
      const known = groups.get(name);
      if (known) known.views.push(view);
      else {
        const family = { project: view.project, joinKeys, keyVersion: this.options.entityKeyVersion };
        groups.set(name, { family, views: [view] });
      }
    }
    return [...groups.values()];
  }
}

interface ViewGroup {
  readonly family: KeyFamily;
  readonly views: readonly ViewTable[];
}

function timeField({ viewName, version }: ViewTable): Buffer {
  return Buffer.from(redisTimeField(viewName, version));
}

function featureFields({ viewName, version, features }: ViewTable): Buffer[] {
  return features.map((feature) => Buffer.from(redisField(viewName, version, feature)));
}

function* chunksOf(keys: readonly Buffer[]): Generator<readonly Buffer[]> {
  for (let from = 0; from < keys.length; from += CHUNK_KEYS) yield keys.slice(from, from + CHUNK_KEYS);
}
