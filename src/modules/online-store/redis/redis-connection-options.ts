import { closestName } from '../../../common/config/closest-name.js';
import { ConfigurationError, type ConfigurationProblem } from '../../../common/config/configuration-error.js';
import type { RedisOnlineStoreConfig } from '../../../common/config/feature-store.js';
import type { JsonValue } from '../../../common/model/json-value.js';
import { type ConnectionOption, splitConnectionText } from './redis-connection-text.js';
import {
  booleanOption,
  choiceOption,
  countOption,
  OptionValueError,
  secondsOption,
  textOption,
} from './redis-option-values.js';

/** How one Redis server is reached. Plain data; holds secrets: never printed. */
export interface RedisConnectionOptions {
  readonly host: string;
  readonly port: number;
  /** A Unix socket, used in place of host and port. */
  readonly socketPath: string | null;
  readonly db: number;
  readonly username: string | null;
  readonly password: string | null;
  /** `null`: not encrypted. */
  readonly tls: RedisTlsSettings | null;
  /** How long a reply may take, beside the deadline of the request. `null`: the default of this server. */
  readonly replyTimeoutMs: number | null;
  /** `null`: the default of this server. */
  readonly connectTimeoutMs: number | null;
  /** Probes of an idle connection by the system. */
  readonly keepAlive: boolean;
  readonly clientName: string | null;
}

/** Paths of PEM files, relative to the working directory, and how strict to be. */
export interface RedisTlsSettings {
  /** `null`: the certificate authorities that come with Node. */
  readonly caPath: string | null;
  /** PEM text, beside what `caPath` names. */
  readonly caText: string | null;
  readonly certPath: string | null;
  readonly keyPath: string | null;
  readonly keyPassword: string | null;
  /** Whether a certificate that does not verify is refused. */
  readonly verifyCertificate: boolean;
  /** Whether the certificate must be for `host`; only if it is verified. */
  readonly verifyHost: boolean;
  /** In OpenSSL's form. `null`: Node's. */
  readonly ciphers: string | null;
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
}

/** Where in `feature_store.yaml` the connection string stands. */
const PATH = 'online_store.connection_string';

const CERTIFICATE_REQUIREMENTS = ['none', 'optional', 'required'] as const;
/** Python's `ssl.TLSVersion`; TLS before 1.2 is not spoken. */
const TLS_VERSIONS: ReadonlyMap<JsonValue, 'TLSv1.2' | 'TLSv1.3'> = new Map([
  [771, 'TLSv1.2'],
  [772, 'TLSv1.3'],
]);

/** Options of redis-py that change nothing here: how it decodes, pools, retries and names itself. */
const IGNORED: readonly string[] = [
  'charset',
  'decode_responses',
  'encoding',
  'encoding_errors',
  'errors',
  'health_check_interval',
  // Feast puts the node in their place.
  'host',
  'lib_name',
  'lib_version',
  'max_connections',
  'port',
  'protocol',
  'retry_on_error',
  'retry_on_timeout',
  'single_connection_client',
  'socket_keepalive_options',
  'socket_read_size',
];

/** Options of redis-py that would change something and cannot be had. `null` and `false` ask for nothing. */
const UNSUPPORTED: readonly string[] = [
  'ssl_ca_path',
  'ssl_exclude_verify_flags',
  'ssl_include_verify_flags',
  'ssl_ocsp_context',
  'ssl_ocsp_expected_cert',
  'ssl_validate_ocsp',
  'ssl_validate_ocsp_stapled',
];

interface RedisNode {
  readonly host: string;
  readonly port: number;
}

interface OptionDraft {
  socketPath: string | null;
  db: number;
  username: string | null;
  password: string | null;
  ssl: boolean;
  tls: { -readonly [K in keyof RedisTlsSettings]: RedisTlsSettings[K] };
  replyTimeoutMs: number | null;
  connectTimeoutMs: number | null;
  keepAlive: boolean;
  clientName: string | null;
}

type OptionReader = (draft: OptionDraft, value: JsonValue) => void;

const READERS: ReadonlyMap<string, OptionReader> = new Map<string, OptionReader>([
  ['client_name', (draft, value) => (draft.clientName = textOption(value))],
  ['db', (draft, value) => (draft.db = countOption(value))],
  ['password', (draft, value) => (draft.password = textOption(value))],
  ['socket_connect_timeout', (draft, value) => (draft.connectTimeoutMs = secondsOption(value))],
  ['socket_keepalive', (draft, value) => (draft.keepAlive = booleanOption(value))],
  ['socket_timeout', (draft, value) => (draft.replyTimeoutMs = secondsOption(value))],
  ['ssl', (draft, value) => (draft.ssl = booleanOption(value))],
  ['ssl_ca_certs', (draft, value) => (draft.tls.caPath = textOption(value))],
  ['ssl_ca_data', (draft, value) => (draft.tls.caText = textOption(value))],
  ['ssl_cert_reqs', (draft, value) => (draft.tls.verifyCertificate = isVerified(value))],
  ['ssl_certfile', (draft, value) => (draft.tls.certPath = textOption(value))],
  ['ssl_check_hostname', (draft, value) => (draft.tls.verifyHost = booleanOption(value))],
  ['ssl_ciphers', (draft, value) => (draft.tls.ciphers = textOption(value))],
  ['ssl_keyfile', (draft, value) => (draft.tls.keyPath = textOption(value))],
  ['ssl_min_version', (draft, value) => (draft.tls.minVersion = tlsVersion(value))],
  ['ssl_password', (draft, value) => (draft.tls.keyPassword = textOption(value))],
  ['unix_socket_path', (draft, value) => (draft.socketPath = textOption(value))],
  ['username', (draft, value) => (draft.username = textOption(value))],
]);

const KNOWN: readonly string[] = [...READERS.keys(), ...IGNORED, ...UNSUPPORTED];

/** A connection, or all the reasons why there is none. */
export interface RedisConnectionReading {
  readonly options: RedisConnectionOptions | undefined;
  readonly problems: readonly ConfigurationProblem[];
}

type ConnectionConfig = Pick<RedisOnlineStoreConfig, 'redisType' | 'connectionString'>;

/**
 * Reads the connection string of the online store.
 *
 * Errors: none; what is wrong is listed, without any value and without what could belong to a password.
 * Source: spec/online-store-redis.md, Connection string; the options are those of redis-py.
 */
export function readRedisConnection({
  redisType,
  connectionString,
}: ConnectionConfig): RedisConnectionReading {
  if (redisType !== 'redis') {
    const message = `${redisType} is not supported by this version of Salver (supported: redis)`;
    return { options: undefined, problems: [{ path: 'online_store.redis_type', message }] };
  }
  const messages: string[] = [];
  const { nodes, options } = splitConnectionText(connectionString);
  const node = readNode(nodes[0], messages);
  const draft = readOptions(options, messages);
  if (draft.tls.keyPath !== null && draft.tls.certPath === null) {
    messages.push('the option ssl_keyfile needs ssl_certfile beside it');
  }
  const problems = messages.map((message) => ({ path: PATH, message }));
  if (node === undefined || problems.length > 0) return { options: undefined, problems };
  const { ssl, tls, ...rest } = draft;
  return { options: { ...node, ...rest, ...credentials(draft), tls: ssl ? tls : null }, problems };
}

/**
 * The connection of the online store.
 *
 * Errors: ConfigurationError with all that `readRedisConnection` lists.
 */
export function redisConnectionOptions(config: ConnectionConfig): RedisConnectionOptions {
  const { options, problems } = readRedisConnection(config);
  if (options === undefined) throw new ConfigurationError(problems);
  return options;
}

function readNode(node: string | undefined, messages: string[]): RedisNode | undefined {
  const [host = '', port] = node?.split(':') ?? [];
  const message = nodeProblem(host.trim(), port);
  if (message === undefined) return { host: host.trim(), port: Number(port) };
  messages.push(message);
  return undefined;
}

/** The text of a node is not repeated: somebody may have written a URL with a password. */
function nodeProblem(host: string, port: string | undefined): string | undefined {
  if (port?.startsWith('//') === true) return 'begins with a scheme: write host:port, without one';
  if (host === '') return 'must name a node: write host:port';
  if (port === undefined) return 'the first node has no port: write host:port';
  const isPort = /^\s*\d{1,5}\s*$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535;
  return isPort ? undefined : 'the port of the first node must be a number from 1 to 65535';
}

function readOptions(options: readonly ConnectionOption[], messages: string[]): OptionDraft {
  const draft = emptyDraft();
  let afterPassword = false;
  for (const option of options) {
    const message = readOption(draft, option, afterPassword);
    if (message !== undefined) messages.push(message);
    afterPassword ||= option.name === 'password' || option.name === 'ssl_password';
  }
  return draft;
}

function readOption(
  draft: OptionDraft,
  option: ConnectionOption,
  afterPassword: boolean,
): string | undefined {
  const { name, value } = option;
  if (IGNORED.includes(name)) return undefined;
  if (UNSUPPORTED.includes(name)) {
    const asksForNothing = value === null || value === false;
    return asksForNothing ? undefined : `the option ${name} is not supported by Salver`;
  }
  const read = READERS.get(name);
  if (read === undefined) return unknownOption(option, afterPassword);
  try {
    read(draft, value);
    return undefined;
  } catch (error) {
    if (error instanceof OptionValueError) return `the option ${name} ${error.message}`;
    throw error;
  }
}

/** What follows a password may be the rest of it, if it holds a comma: its name is not repeated. */
function unknownOption({ name, part }: ConnectionOption, afterPassword: boolean): string {
  const meant = closestName(name.trim(), KNOWN);
  const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
  if (!afterPassword) return `there is no option called ${JSON.stringify(name)}${hint}`;
  return `part ${part} is no known option${hint || ' (a password cannot hold a comma)'}`;
}

/** As redis-py logs in: nobody without a name and a password, and no password is an empty one. */
function credentials({ username, password }: OptionDraft): Pick<OptionDraft, 'username' | 'password'> {
  const name = username === '' ? null : username;
  return { username: name, password: name === null ? password || null : (password ?? '') };
}

function emptyDraft(): OptionDraft {
  return {
    socketPath: null,
    db: 0,
    username: null,
    password: null,
    ssl: false,
    tls: {
      caPath: null,
      caText: null,
      certPath: null,
      keyPath: null,
      keyPassword: null,
      verifyCertificate: true,
      verifyHost: true,
      ciphers: null,
      minVersion: 'TLSv1.2',
    },
    replyTimeoutMs: null,
    connectTimeoutMs: null,
    keepAlive: true,
    clientName: null,
  };
}

function isVerified(value: JsonValue): boolean {
  return value !== null && choiceOption(value, CERTIFICATE_REQUIREMENTS) !== 'none';
}

function tlsVersion(value: JsonValue): 'TLSv1.2' | 'TLSv1.3' {
  const version = TLS_VERSIONS.get(value);
  if (version === undefined) throw new OptionValueError('must be 771 (TLS 1.2) or 772 (TLS 1.3)');
  return version;
}
