import { resolve } from 'node:path';
import { type CommandCall, type CommandOptions, UsageError } from '../command.js';
import type { ConfigurationError } from '../common/config/configuration-error.js';
import { FLAG_ORIGIN } from '../common/config/salver-yaml.js';

/** The options of `serve`: those of Feast, and some of ours. */
export const SERVE_OPTIONS = {
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
  'worker-connections': {
    type: 'string',
    value: 'N',
    help: 'Connections that a worker serves at a time; what is over waits (1000)',
  },
  'max-requests': {
    type: 'string',
    value: 'N',
    help: 'Requests after which a worker is replaced; 0 for never (0)',
  },
  'max-requests-jitter': { type: 'string', value: 'N', help: 'Up to so many requests more, at random (50)' },
  metrics: { type: 'boolean', short: 'm', help: 'Serve metrics for Prometheus' },
  'metrics-host': { type: 'string', value: 'HOST', help: 'Address to serve metrics at (that of the server)' },
  'metrics-port': {
    type: 'string',
    value: 'PORT',
    help: 'Port to serve metrics at; 0 for any free one (8000)',
  },
  'keep-alive-timeout': { type: 'string', value: 'SEC', help: 'How long an idle connection is kept (30)' },
  'graceful-timeout': {
    type: 'string',
    value: 'SEC',
    help: 'How long requests under way may take when the server stops (30)',
  },
  key: { type: 'string', short: 'k', value: 'FILE', help: 'Private key for TLS, with --cert' },
  cert: { type: 'string', short: 'c', value: 'FILE', help: 'Certificate for TLS, with --key' },
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
  'worker-connections': 'server.worker_connections',
  'max-requests': 'server.max_requests',
  'max-requests-jitter': 'server.max_requests_jitter',
  'keep-alive-timeout': 'server.keep_alive_timeout_seconds',
  'graceful-timeout': 'server.graceful_timeout_seconds',
  registry_ttl_sec: 'registry.ttl_seconds',
} as const;

/** What the options say, as settings of salver.yaml. Errors: UsageError. */
export function serveSettings(
  options: CommandCall<typeof SERVE_OPTIONS>['options'],
  cwd: string,
): Record<string, string | boolean | undefined> {
  if (options.type !== undefined && options.type !== 'http') {
    throw new UsageError(`--type ${options.type}: only http is served`);
  }
  if ((options.key === undefined) !== (options.cert === undefined)) {
    throw new UsageError('--key and --cert go together: give both, or neither');
  }
  const settings: Record<string, string | boolean | undefined> = {};
  // In the file, paths start at the repository; at the command line, where it was called.
  if (options.key !== undefined) settings['tls.key'] = resolve(cwd, options.key);
  if (options.cert !== undefined) settings['tls.cert'] = resolve(cwd, options.cert);
  if (options['no-access-log']) settings['server.access_log'] = false;
  if (options.metrics) settings['metrics.enabled'] = true;
  for (const [flag, key] of Object.entries(SETTINGS)) settings[key] = options[flag as keyof typeof SETTINGS];
  return settings;
}

/**
 * What is wrong with an option is a mistake in the use of the command, told by the name of the option.
 *
 * Errors: UsageError, unless nothing of it came from an option.
 */
export function refuseFlags({ problems }: ConfigurationError): void {
  const named = Object.entries({ ...SETTINGS, 'log-level': 'server.log_level' });
  const mistakes = problems.flatMap(({ path, message }) => {
    const flag = named.find(([, key]) => path === key + FLAG_ORIGIN)?.[0];
    return flag === undefined ? [] : [`--${flag}: ${message}`];
  });
  if (mistakes.length > 0) throw new UsageError(mistakes.join('\n'));
}
