import type { LoadedConfiguration } from '../../../common/config/load-configuration.js';
import { NotSupportedError } from '../../../common/errors/errors.js';
import { Deadline } from '../../../common/model/deadline.js';
import type { Registry } from '../../../generated/feast/core/Registry_pb.js';
import type { OnlineStoreTables, ViewTable } from '../../online-store/online-store-tables.js';
import { createOnlineStoreTables } from '../../online-store/online-store-tables-factory.js';
import { STORE_LIMIT_MS } from './apply-session.js';
import { forgetTables } from './infra-objects.js';
import { viewTables } from './view-tables.js';

/** What the online store keeps of a view that is taken out of the registry, and how it is removed. */
export class ViewRemoval {
  private constructor(
    private readonly tables: OnlineStoreTables | undefined,
    private readonly views: readonly ViewTable[],
    /** Rows would be lost. */
    readonly holdsRows: boolean,
  ) {}

  /** Changes nothing. Errors: UnavailableError. */
  static async plan(
    { featureStore }: LoadedConfiguration,
    registry: Registry,
    { project, name }: { readonly project: string; readonly name: string },
  ): Promise<ViewRemoval> {
    const versioning = featureStore.registry.enableOnlineFeatureViewVersioning;
    const views = viewTables(registry, project, versioning).filter(({ viewName }) => viewName === name);
    const tables = views.length === 0 ? undefined : openTables(featureStore);
    const states = (await tables?.inspect(views, Deadline.after(STORE_LIMIT_MS))) ?? [];
    return new ViewRemoval(
      tables,
      views,
      states.some(({ exists, holdsRows }) => exists && holdsRows !== false),
    );
  }

  forgetIn(registry: Registry): void {
    const { tables } = this;
    if (tables) forgetTables(registry, new Set(this.views.map((view) => tables.nameOf(view))));
  }

  /** Once the registry does not hold the view any more. Errors: UnavailableError. */
  async run(): Promise<void> {
    await this.tables?.drop(this.views, Deadline.after(STORE_LIMIT_MS));
  }

  async close(): Promise<void> {
    await this.tables?.close();
  }
}

/** Undefined for a store that this version cannot change: what it keeps stays. */
function openTables(featureStore: LoadedConfiguration['featureStore']): OnlineStoreTables | undefined {
  try {
    return createOnlineStoreTables(featureStore);
  } catch (error) {
    if (error instanceof NotSupportedError) return undefined;
    throw error;
  }
}
