import type { DataSource } from './data-source.js';
import type { Entity } from './entity.js';
import type { FeatureService } from './feature-service.js';
import type { FeatureView, LabelView, OnDemandFeatureView, AnyFeatureView } from './feature-view.js';
import type { Permission } from './permission.js';

export interface Project {
  readonly name: string;
  readonly description: string;
  readonly owner: string;
  readonly tags: ReadonlyMap<string, string>;
}

export interface SavedDataset {
  readonly name: string;
  readonly features: readonly string[];
  readonly joinKeys: readonly string[];
  readonly fullFeatureNames: boolean;
  readonly featureServiceName: string;
  readonly tags: ReadonlyMap<string, string>;
}

export interface ValidationReference {
  readonly name: string;
  readonly referenceDatasetName: string;
  readonly description: string;
  readonly tags: ReadonlyMap<string, string>;
}

/** All definitions of one project at one version of the registry. Never mutated: a refresh makes another. */
export interface RegistrySnapshot {
  readonly project: string;
  /** UUID text, new at every write; empty when the registry has none. */
  readonly versionId: string;
  /** When the registry was written, microseconds since the epoch, 0 when it does not say. */
  readonly lastUpdatedMicros: number;
  /** Undefined when the registry does not know the project (nothing was applied yet). */
  readonly projectInfo: Project | undefined;
  readonly entities: ReadonlyMap<string, Entity>;
  readonly dataSources: ReadonlyMap<string, DataSource>;
  readonly featureViews: ReadonlyMap<string, FeatureView>;
  readonly streamFeatureViews: ReadonlyMap<string, FeatureView>;
  readonly onDemandFeatureViews: ReadonlyMap<string, OnDemandFeatureView>;
  readonly labelViews: ReadonlyMap<string, LabelView>;
  readonly featureServices: ReadonlyMap<string, FeatureService>;
  readonly savedDatasets: ReadonlyMap<string, SavedDataset>;
  readonly validationReferences: ReadonlyMap<string, ValidationReference>;
  readonly permissions: ReadonlyMap<string, Permission>;
  /** Feast's order of look-up: feature views, stream views, on-demand views, label views. */
  anyFeatureView(name: string): AnyFeatureView | undefined;
  /** A view as it was at a version of its history; decoded on first use. Errors: CorruptDataError. */
  viewAtVersion(name: string, version: number): AnyFeatureView | undefined;
}
