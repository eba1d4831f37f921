import { Inject, Injectable } from '@nestjs/common';
import type { Deadline } from '../../common/model/deadline.js';
import type { RegistrySnapshot } from '../../common/model/registry-snapshot.js';
import type { WriteBatch } from '../../common/model/write-batch.js';
import { AccessPolicy } from '../auth/access-policy.js';
import type { Caller } from '../auth/caller.js';
import { ROUTE_ACCESS } from '../auth/route-access.js';
import { RegistryRefresh } from '../registry/registry-refresh.js';
import { RegistryService } from '../registry/registry.service.js';
import type { Frame } from './frame.js';
import { readFrame } from './frame.codec.js';
import { offlinePush } from './offline-appends.js';
import { type OfflinePush, OfflinePushes } from './offline-pushes.js';
import { OnlineWrites } from './online-writes.js';
import { pushMode } from './push-mode.js';
import type { PushRequest } from './push.request.js';
import { viewRows } from './view-rows.js';
import { type ObservedWrite, PUSH_ENDPOINT, WriteObserver } from './write-observer.js';
import { WRITE_RULES, type WriteRules } from './write-rules.js';
import { type WriteTarget, WriteTargets } from './write-targets.js';

/** A push of which everything is checked. */
interface PreparedPush {
  readonly snapshot: RegistrySnapshot;
  readonly batches: readonly WriteBatch[];
  /** Undefined when nothing goes to the offline store. */
  readonly offline: OfflinePush | undefined;
}

/** Takes pushes: looks everything up and checks all of it before anything is written. */
@Injectable()
export class PushService {
  // oxlint-disable-next-line max-params -- what Nest injects
  constructor(
    private readonly registry: RegistryService,
    private readonly refresh: RegistryRefresh,
    private readonly access: AccessPolicy,
    private readonly targets: WriteTargets,
    private readonly online: OnlineWrites,
    private readonly offline: OfflinePushes,
    private readonly observer: WriteObserver,
    @Inject(WRITE_RULES) private readonly rules: WriteRules,
  ) {}

  /**
   * `stored`: where `to` says. `queued`: the offline half is in the journal.
   *
   * Errors:  InvalidValueError, InvalidRequestError, NotSupportedError, PermissionDeniedError: nothing was written;
   *          UnavailableError: a part may have been.
   */
  push(caller: Caller, request: PushRequest, deadline: Deadline): Promise<'stored' | 'queued'> {
    const { pushSource } = request;
    const startedMs = performance.now();
    const write: ObservedWrite = {
      caller,
      endpoint: PUSH_ENDPOINT,
      pushSource,
      to: 'online',
      rows: 0,
      views: [],
    };
    return this.observer.outcome(write, startedMs, this.store(write, request, deadline));
  }

  /**
   * What was sent is let go of before the stores are waited for: what is alive then grows old, and has to be marked. Without
   * it there were 140 pushes of 100 rows between two collections of all memory, with it 195.
   */
  private store(
    write: ObservedWrite,
    request: PushRequest,
    deadline: Deadline,
  ): Promise<'stored' | 'queued'> {
    return this.prepare(write, request, deadline).then((prepared) => this.carryOut(prepared, deadline));
  }

  private async prepare(
    write: ObservedWrite,
    request: PushRequest,
    deadline: Deadline,
  ): Promise<PreparedPush> {
    const frame = readFrame(request.df, this.rules.limits, request.dfText);
    write.rows = frame.rows;
    const to = (write.to = pushMode(request.to));
    if (!request.allowRegistryCache) await this.refresh.refresh(deadline);
    const snapshot = this.registry.snapshot();
    const target = this.targets.ofPushSource(snapshot, request.pushSource);
    write.views = target.views;
    this.access.assertAllowed(write.caller, ROUTE_ACCESS.push.actions[to], target.resources);
    const isOffline = to !== 'online';
    const batches = to === 'offline' ? [] : this.batches(target, frame, isOffline);
    this.online.check(batches);
    if (!isOffline) return { snapshot, batches, offline: undefined };
    const offline = offlinePush(request, target.views, { frame, repoDir: this.rules.repoDir });
    await this.offline.check(offline, deadline);
    return { snapshot, batches, offline };
  }

  private async carryOut(
    { snapshot, batches, offline }: PreparedPush,
    deadline: Deadline,
  ): Promise<'stored' | 'queued'> {
    await this.online.write(snapshot, batches, deadline);
    return offline === undefined ? 'stored' : this.offline.store(offline, deadline);
  }

  private batches(target: WriteTarget, frame: Frame, withSourceNames: boolean): WriteBatch[] {
    const rules = { ...this.rules.rows, withSourceNames };
    return target
      .layouts()
      .map((layout) => viewRows(layout, frame, rules))
      .filter((batch) => batch !== undefined);
  }
}
