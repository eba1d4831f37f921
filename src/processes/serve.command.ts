import type { Logger } from 'pino';
import { type CommandCall, type CommandOptions, defineCommand, UsageError } from '../command.js';
import { commandConfiguration } from '../command-configuration.js';
import { ConfigurationError } from '../common/config/configuration-error.js';
import type { LoadedConfiguration } from '../common/config/load-configuration.js';
import { FLAG_ORIGIN } from '../common/config/salver-yaml.js';
import { createLogger } from '../modules/http/logger.js';
import { createOnlineStore } from '../modules/online-store/online-store-factory.js';
import { RegistryPoller } from '../modules/registry/registry-poller.js';
import { createRegistrySource } from '../modules/registry/registry-source-factory.js';
import { ThreadRegistryValidator } from '../modules/registry/thread-registry-validator.js';
import { PrimaryMetrics } from './primary-metrics.js';
import { Primary } from './primary.js';

const OPTIONS = {
  host: { type: 'string', short: 'h', value: 'HOST', help: 'Address to listen at (127.0.0.1)' },
  port: { type: 'string', short: 'p', value: 'PORT', help: 'Port to listen at; 0 for any free one (6566)' },
  type: { type: 'string', short: 't', value: 'TYPE', help: 'http, the only one' },
  'no-access-log': { type: 'boolean', help: 'No line per request' },
  workers: {
    type: 'string',
    short: 'w',
    value: 'N',
    help: 'Serving processes; -1 for twice the cores and one more (1)',
  },
  metrics: { type: 'boolean', short: 'm', help: 'Serve metrics for Prometheus' },
  'metrics-host': {
    type: 'string',
    value: 'HOST',
    help: 'Address to serve metrics at (that of the server)',
  },
  'metrics-port': {
    type: 'string',
    value: 'PORT',
    help: 'Port to serve metrics at; 0 for any free one (8000)',
  },
  'keep-alive-timeout': { type: 'string', value: 'SEC', help: 'How long an idle connection is kept (30)' },
  registry_ttl_sec: {
    type: 'string',
    short: 'r',
    value: 'SEC',
    help: 'After how long the registry is read again in any case; 0 for at start only (60)',
  },
} as const satisfies CommandOptions;

/** Flags of `serve` that are settings of salver.yaml by another name. */
const SETTINGS = {
  host: 'server.host',
  port: 'server.port',
  workers: 'server.workers',
  'metrics-host': 'metrics.host',
  'metrics-port': 'metrics.port',
  'keep-alive-timeout': 'server.keep_alive_timeout_seconds',
  registry_ttl_sec: 'registry.ttl_seconds',
} as const;

export const serveCommand = defineCommand({
  description: 'Serve features over HTTP.',
  options: OPTIONS,
  run: serve,
});

async function serve({ options, globals }: CommandCall<typeof OPTIONS>): Promise<number> {
  const settings = settingsOf(options);
  let configuration: LoadedConfiguration;
  try {
    configuration = commandConfiguration(globals, 'serve', settings);
    // What only the store can say of its options is told here too, and not by every worker.
    await createOnlineStore(configuration.featureStore.onlineStore).close();
  } catch (error) {
    if (error instanceof ConfigurationError) refuseFlags(error);
    throw error;
  }
  const logger = createLogger(configuration.salver.server.logLevel);
  for (const { path, message } of configuration.warnings) logger.warn({ path }, message);
  return superviseWorkers(configuration, logger);
}

async function superviseWorkers(configuration: LoadedConfiguration, logger: Logger): Promise<number> {
  const { featureStore, salver } = configuration;
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
  const primary = new Primary(configuration, poller, logger, served?.metrics);
  const exitCode = await primary.run();
  await served?.metrics.close();
  await validator.close();
  await source.close();
  return exitCode;
}

function settingsOf(
  options: CommandCall<typeof OPTIONS>['options'],
): Record<string, string | boolean | undefined> {
  if (options.type !== undefined && options.type !== 'http') {
    throw new UsageError(`--type ${options.type}: only http is served`);
  }
  const settings: Record<string, string | boolean | undefined> = {};
  if (options['no-access-log']) settings['server.access_log'] = false;
  if (options.metrics) settings['metrics.enabled'] = true;
  for (const [flag, key] of Object.entries(SETTINGS)) settings[key] = options[flag as keyof typeof SETTINGS];
  return settings;
}

/** What is wrong with an option is a mistake in the use of the command, told by the name of the option. */
function refuseFlags({ problems }: ConfigurationError): void {
  const named = Object.entries({ ...SETTINGS, 'log-level': 'server.log_level' });
  const mistakes = problems.flatMap(({ path, message }) => {
    const flag = named.find(([, key]) => path === key + FLAG_ORIGIN)?.[0];
    return flag === undefined ? [] : [`--${flag}: ${message}`];
  });
  if (mistakes.length > 0) throw new UsageError(mistakes.join('\n'));
}
