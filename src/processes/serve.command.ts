import { type CommandCall, defineCommand } from '../command.js';
import { commandConfiguration } from '../command-configuration.js';
import { ConfigurationError } from '../common/config/configuration-error.js';
import { environment } from '../common/config/environment.config.js';
import type { LoadedConfiguration } from '../common/config/load-configuration.js';
import { createLogger } from '../modules/http/logger.js';
import { createOnlineStore } from '../modules/online-store/online-store-factory.js';
import { RegistryPoller } from '../modules/registry/registry-poller.js';
import { createRegistrySource } from '../modules/registry/registry-source-factory.js';
import { ThreadRegistryValidator } from '../modules/registry/thread-registry-validator.js';
import { PrimaryMetrics } from './primary-metrics.js';
import { Primary } from './primary.js';
import { refuseFlags, SERVE_OPTIONS, serveSettings } from './serve-options.js';
import { readTlsFiles } from './tls-files.js';

export const serveCommand = defineCommand({
  description: 'Serve features over HTTP.',
  options: SERVE_OPTIONS,
  run: serve,
});

async function serve({ options, globals }: CommandCall<typeof SERVE_OPTIONS>): Promise<number> {
  const settings = serveSettings(options, process.cwd());
  const load = async (): Promise<LoadedConfiguration> =>
    checked(commandConfiguration(globals, 'serve', settings));
  try {
    const configuration = await load();
    return await superviseWorkers(configuration, isFixed() ? async () => configuration : load);
  } catch (error) {
    if (error instanceof ConfigurationError) refuseFlags(error);
    throw error;
  }
}

/** What only the store, or the files of TLS, can say of their options is told here, and not by every worker. */
async function checked(configuration: LoadedConfiguration): Promise<LoadedConfiguration> {
  const { featureStore, salver } = configuration;
  await createOnlineStore(featureStore.onlineStore).close();
  readTlsFiles(salver.tls, featureStore.repoDir);
  return configuration;
}

/** A configuration that came in a variable cannot change, and each load would make another directory for it. */
function isFixed(): boolean {
  return Boolean(environment()['FEATURE_STORE_YAML_BASE64']);
}

async function superviseWorkers(
  configuration: LoadedConfiguration,
  reloadConfiguration: () => Promise<LoadedConfiguration>,
): Promise<number> {
  const { featureStore, salver } = configuration;
  const logger = createLogger(salver.server.logLevel);
  for (const { path, message } of configuration.warnings) logger.warn({ path }, message);
  const served = await PrimaryMetrics.start(configuration, {
    registry: () => poller.status(),
    ask: (worker) => primary.askForMetrics(worker),
  });
  if (served) logger.info({ metrics: served.url }, 'serving metrics');
  const source = createRegistrySource(featureStore.registry);
  const validator = new ThreadRegistryValidator();
  const poller = new RegistryPoller(
    source,
    validator,
    {
      project: featureStore.project,
      ttlMs: salver.registry.ttlSeconds * 1000,
      intervalMs: salver.registry.pollIntervalMs,
    },
    {
      onAccepted: ({ generation, bytes }) => {
        logger.info({ generation, bytes: bytes.length }, 'registry accepted');
        primary.acceptRegistry(generation, bytes);
      },
      onProblem: (message) => logger.warn(message),
    },
  );
  const primary = new Primary({
    configuration,
    reloadConfiguration,
    poller,
    logger,
    metrics: served?.metrics,
  });
  const exitCode = await primary.run();
  await served?.metrics.close();
  await validator.close();
  await source.close();
  return exitCode;
}
