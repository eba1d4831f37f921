import { Inject, Injectable } from '@nestjs/common';
import type { Deadline } from '../../common/model/deadline.js';
import type { AnyFeatureView, OnDemandFeatureView } from '../../common/model/feature-view.js';
import type { RegistrySnapshot } from '../../common/model/registry-snapshot.js';
import type { WriteBatch } from '../../common/model/write-batch.js';
import { AccessPolicy } from '../auth/access-policy.js';
import type { Caller } from '../auth/caller.js';
import { ROUTE_ACCESS } from '../auth/route-access.js';
import { RegistryRefresh } from '../registry/registry-refresh.js';
import { RegistryService } from '../registry/registry.service.js';
import { computeRows } from '../transformations/on-demand-write.js';
import { Transformations } from '../transformations/transformations.js';
import { computedViewRows } from './computed-view-rows.js';
import type { Frame } from './frame.js';
import { readFrame } from './frame.codec.js';
import type { ViewLayout } from './view-layout.js';
import { OnlineWrites } from './online-writes.js';
import { viewRows } from './view-rows.js';
import { type ObservedWrite, WRITE_ENDPOINT, WriteObserver } from './write-observer.js';
import { WRITE_RULES, type WriteRules } from './write-rules.js';
import { WriteTargets } from './write-targets.js';
import type { WriteToOnlineStoreRequest } from './write-to-online-store.request.js';

const { write: WRITE } = ROUTE_ACCESS.writeToOnlineStore.actions;

/** Takes rows for one view, of whatever kind. */
@Injectable()
export class WriteToOnlineStoreService {
  // oxlint-disable-next-line max-params -- what Nest injects
  constructor(
    private readonly registry: RegistryService,
    private readonly refresh: RegistryRefresh,
    private readonly access: AccessPolicy,
    private readonly targets: WriteTargets,
    private readonly transformations: Transformations,
    private readonly online: OnlineWrites,
    private readonly observer: WriteObserver,
    @Inject(WRITE_RULES) private readonly rules: WriteRules,
  ) {}

  /** Errors: as `PushService.push`, and NotFoundError. */
  write(caller: Caller, request: WriteToOnlineStoreRequest, deadline: Deadline): Promise<void> {
    const startedMs = performance.now();
    const write: ObservedWrite = { caller, endpoint: WRITE_ENDPOINT, to: 'online', rows: 0, views: [] };
    return this.observer.outcome(write, startedMs, this.store(write, request, deadline));
  }

  private async store(
    write: ObservedWrite,
    request: WriteToOnlineStoreRequest,
    deadline: Deadline,
  ): Promise<void> {
    const frame = readFrame(request.df, this.rules.limits);
    write.rows = frame.rows;
    if (!request.allowRegistryCache) await this.refresh.refresh(deadline);
    const snapshot = this.registry.snapshot();
    const target = this.targets.ofView(snapshot, request.viewName);
    write.views = target.views;
    this.access.assertAllowed(write.caller, WRITE, target.resources);
    const [layout] = target.layouts();
    const batch = isComputed(layout!.view, request.transformOnWrite)
      ? await this.computed(snapshot, { layout: layout!, view: layout!.view, frame }, deadline)
      : viewRows(layout!, frame, { ...this.rules.rows, withSourceNames: false });
    if (!batch) return;
    this.online.check([batch]);
    await this.online.write(snapshot, [batch], deadline);
  }

  private async computed(
    snapshot: RegistrySnapshot,
    { layout, view, frame }: ComputedWrite,
    deadline: Deadline,
  ): Promise<WriteBatch | undefined> {
    if (frame.rows === 0) return undefined;
    const computed = await computeRows(snapshot, this.transformations, view, frame, deadline);
    return computedViewRows(layout, computed, this.rules.rows);
  }
}

interface ComputedWrite {
  readonly layout: ViewLayout;
  readonly view: OnDemandFeatureView;
  readonly frame: Frame;
}

function isComputed(view: AnyFeatureView, transformOnWrite: boolean): view is OnDemandFeatureView {
  return view.kind === 'on_demand_feature_view' && view.writeToOnlineStore && transformOnWrite;
}
