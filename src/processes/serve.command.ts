import { parseArgs } from 'node:util';
import type { Logger } from 'pino';
import { UsageError, type Command, type GlobalFlags } from '../command.js';
import { ConfigurationError } from '../common/config/configuration-error.js';
import { environment } from '../common/config/environment.config.js';
import { loadConfiguration, type LoadedConfiguration } from '../common/config/load-configuration.js';
import { FLAG_ORIGIN } from '../common/config/salver-yaml.js';
import { createLogger } from '../modules/http/logger.js';
import { createOnlineStore } from '../modules/online-store/online-store-factory.js';
import { RegistryPoller } from '../modules/registry/registry-poller.js';
import { createRegistrySource } from '../modules/registry/registry-source-factory.js';
import { ThreadRegistryValidator } from '../modules/registry/thread-registry-validator.js';
import { Primary } from './primary.js';

const OPTIONS = {
  host: { type: 'string', short: 'h' },
  port: { type: 'string', short: 'p' },
  type: { type: 'string', short: 't' },
  'no-access-log': { type: 'boolean' },
  workers: { type: 'string', short: 'w' },
  'keep-alive-timeout': { type: 'string' },
  registry_ttl_sec: { type: 'string', short: 'r' },
} as const;

/** Flags of `serve` that are settings of salver.yaml by another name. */
const SETTINGS = {
  host: 'server.host',
  port: 'server.port',
  workers: 'server.workers',
  'keep-alive-timeout': 'server.keep_alive_timeout_seconds',
  registry_ttl_sec: 'registry.ttl_seconds',
} as const;

const USAGE = `Usage: salver serve [options]

Serve features over HTTP.

Options:
  -h, --host HOST                 Address to listen at (127.0.0.1)
  -p, --port PORT                 Port to listen at; 0 for any free one (6566)
  -t, --type TYPE                 http, the only one
      --no-access-log             No line per request
  -w, --workers N                 Serving processes; -1 for twice the cores and one more (1)
      --keep-alive-timeout SEC    How long an idle connection is kept (30)
  -r, --registry_ttl_sec SEC      After how long the registry is read again in any case; 0 for at start only (60)
      --help                      Show this text`;

export const serveCommand: Command = { usage: USAGE, run: serve };

async function serve(args: readonly string[], globals: GlobalFlags): Promise<number> {
  const settings = settingsOf(args, globals);
  let configuration: LoadedConfiguration;
  try {
    configuration = loadConfiguration({
      env: environment(),
      cwd: process.cwd(),
      flags: { chdir: globals.chdir, featureStoreYaml: globals.featureStoreYaml, settings },
    });
    // What only the store can say of its options is told here too, and not by every worker.
    await createOnlineStore(configuration.featureStore.onlineStore).close();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    refuseFlags(error);
    console.error(error.message);
    return 1;
  }
  const logger = createLogger(configuration.salver.server.logLevel);
  for (const { path, message } of configuration.warnings) logger.warn({ path }, message);
  return superviseWorkers(configuration, logger);
}

async function superviseWorkers(configuration: LoadedConfiguration, logger: Logger): Promise<number> {
  const { featureStore, salver } = configuration;
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
  const primary = new Primary(configuration, poller, logger);
  const exitCode = await primary.run();
  await validator.close();
  await source.close();
  return exitCode;
}

function settingsOf(
  args: readonly string[],
  globals: GlobalFlags,
): Record<string, string | boolean | undefined> {
  const { values } = parseOptions(args);
  if (values.type !== undefined && values.type !== 'http') {
    throw new UsageError(`--type ${values.type}: only http is served`);
  }
  const settings: Record<string, string | boolean | undefined> = { 'server.log_level': globals.logLevel };
  if (values['no-access-log']) settings['server.access_log'] = false;
  for (const [flag, key] of Object.entries(SETTINGS)) settings[key] = values[flag as keyof typeof SETTINGS];
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

function parseOptions(args: readonly string[]): ReturnType<typeof parse> {
  try {
    return parse(args);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function parse(args: readonly string[]) {
  // parseArgs takes `-1` for an option: a value that is a negative number is joined to its option.
  const joined: string[] = [];
  for (const arg of args) {
    const previous = joined.at(-1);
    if (/^-[0-9]+$/.test(arg) && previous?.startsWith('-') && !previous.includes('=')) {
      joined[joined.length - 1] = previous.startsWith('--') ? `${previous}=${arg}` : `${previous}${arg}`;
    } else joined.push(arg);
  }
  return parseArgs({ args: joined, options: OPTIONS, strict: true, allowPositionals: false });
}
