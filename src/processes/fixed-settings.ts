import type { LoadedConfiguration } from '../common/config/load-configuration.js';

/** What the primary itself holds, or every worker must have alike. */
const FIXED_SETTINGS: readonly {
  readonly path: string;
  readonly get: (from: LoadedConfiguration) => unknown;
}[] = [
  { path: 'server.host', get: ({ salver }) => salver.server.host },
  { path: 'server.port', get: ({ salver }) => salver.server.port },
  { path: 'project', get: ({ featureStore }) => featureStore.project },
  { path: 'registry.path', get: ({ featureStore }) => featureStore.registry.path },
  { path: 'tls', get: ({ salver }) => salver.tls.cert === '' },
  { path: 'metrics', get: ({ salver }) => JSON.stringify(salver.metrics) },
];

/** Key paths of those that differ. */
export function changedFixedSettings(next: LoadedConfiguration, now: LoadedConfiguration): readonly string[] {
  return FIXED_SETTINGS.filter(({ get }) => get(next) !== get(now)).map(({ path }) => path);
}

/** The next configuration, with the fixed settings as they are now. */
export function withFixedSettings(next: LoadedConfiguration, now: LoadedConfiguration): LoadedConfiguration {
  const { host, port } = now.salver.server;
  const tls =
    (next.salver.tls.cert === '') === (now.salver.tls.cert === '') ? next.salver.tls : now.salver.tls;
  return {
    ...next,
    featureStore: {
      ...next.featureStore,
      project: now.featureStore.project,
      registry: now.featureStore.registry,
    },
    salver: {
      ...next.salver,
      server: { ...next.salver.server, host, port },
      tls,
      metrics: now.salver.metrics,
    },
  };
}
