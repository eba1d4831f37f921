import { FeatureStoreConfiguration } from '../../common/config/configuration.module.js';
import type { AccessPolicy } from '../auth/access-policy.js';
import type { Caller } from '../auth/caller.js';
import { viewResource } from '../auth/resource.js';
import { ROUTE_ACCESS } from '../auth/route-access.js';
import type { RegistryService } from '../registry/registry.service.js';
import type { MaterializationJob } from './materialization-job.js';
import { planMaterialization } from './materialization-plan.js';
import type { MaterializeCommand } from './materialize.request.js';
import { type SelectedView, selectViews } from './view-selection.js';

const WRITE = ROUTE_ACCESS.materialize.actions.write;

export interface PlannedMaterialization {
  readonly selected: readonly SelectedView[];
  readonly job: MaterializationJob;
}

/** Makes a job of what a caller asks for. */
export class MaterializationPlanner {
  constructor(
    private readonly registry: Pick<RegistryService, 'snapshot'>,
    private readonly policy: AccessPolicy,
    private readonly featureStore: FeatureStoreConfiguration,
  ) {}

  /**
   * Looks up, then checks permissions, then reads the times, as Feast does.
   *
   * Errors: NotFoundError, PermissionDeniedError, InvalidRequestError; UnavailableError without a registry.
   */
  plan(caller: Caller, command: MaterializeCommand): PlannedMaterialization {
    const snapshot = this.registry.snapshot();
    const { config } = this.featureStore;
    const selected = selectViews(command, snapshot, config.registry.enableOnlineFeatureViewVersioning);
    // A version of a view is checked as the view is now.
    const resources = selected.map(({ view }) => viewResource(snapshot.anyFeatureView(view.name) ?? view));
    this.policy.assertAllowed(caller, WRITE, resources);
    const nowMicros = Date.now() * 1000;
    const { viewNames, version } = command;
    const request = { range: command.range(nowMicros), viewNames, version };
    return { selected, job: planMaterialization(request, { snapshot, config, nowMicros }) };
  }
}
