import type { LoadedConfiguration } from '../../common/config/load-configuration.js';
import type { MetricCategory, MetricDefinition } from './metric-definition.js';

/** What of the metrics is on. */
export interface MetricSwitches {
  readonly metrics: boolean;
  readonly categories: ReadonlySet<MetricCategory>;
  readonly auditLog: boolean;
}

/** Either file can switch metrics on; the categories, and the audit log with them, are those of feature_store.yaml. */
export function metricSwitches({ featureStore, salver }: LoadedConfiguration): MetricSwitches {
  const block = featureStore.featureServer.metrics;
  const metrics = block.enabled || salver.metrics.enabled;
  if (!metrics) return { metrics, categories: new Set(), auditLog: false };
  const given: readonly (readonly [MetricCategory, boolean])[] = [
    ['always', true],
    ['resource', block.resource],
    ['request', block.request],
    ['online_features', block.onlineFeatures],
    ['push', block.push],
    ['materialization', block.materialization],
    ['freshness', block.freshness],
    ['offline_features', block.offlineFeatures],
  ];
  const categories = new Set(given.flatMap(([category, on]) => (on ? [category] : [])));
  return { metrics, categories, auditLog: block.auditLogging };
}

export function isOn(
  { categories }: MetricSwitches,
  { category }: Pick<MetricDefinition, 'category'>,
): boolean {
  return categories.has(category);
}
