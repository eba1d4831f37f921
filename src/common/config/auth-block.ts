import type { AuthConfig, OidcClientAuthConfig, OidcServerAuthConfig } from './feature-store.js';
import { laxBoolean, laxInteger, laxNumber, oneOf, optional, positive, text } from './setting-readers.js';
import { type Findings, SettingsBlock } from './settings-block.js';
import type { YamlNode } from './yaml-node.js';

const CLIENT_KEYS = ['client_secret', 'token', 'token_env_var', 'username', 'password'];

/** The `auth` block; a text is the type. */
export function readAuth(node: YamlNode | undefined, findings: Findings): AuthConfig {
  if (node === undefined || node.kind === 'null') return { type: 'no_auth' };
  const block = authBlock(node, findings);
  if (!block.has('type')) {
    if (node.kind === 'map') findings.problem('auth.type', 'required: no_auth, kubernetes or oidc');
    return { type: 'no_auth' };
  }
  const type = block.read('type', oneOf('no_auth', 'kubernetes', 'oidc'), null);
  switch (type) {
    case null:
      return { type: 'no_auth' };
    case 'kubernetes': {
      const userToken = block.read('user_token', optional(text), null);
      block.warnOfUnknownKeys();
      return { type, userToken };
    }
    case 'no_auth':
      block.refuseUnknownKeys();
      return { type };
    case 'oidc':
      return readOidc(block, node.kind === 'text');
  }
}

function authBlock(node: YamlNode, findings: Findings): SettingsBlock {
  if (node.kind !== 'text') return SettingsBlock.of('auth', node, findings);
  return new SettingsBlock(
    'auth',
    { kind: 'map', entries: new Map([['type', node]]), otherKeys: [] },
    findings,
  );
}

/** The form is the client's as soon as one of its keys is there, or when no issuer is named. */
function readOidc(block: SettingsBlock, serverOnly: boolean): AuthConfig {
  const client =
    CLIENT_KEYS.some((key) => block.has(key)) || !(serverOnly || block.has('auth_discovery_url'));
  const config = client ? readOidcClient(block) : readOidcServer(block);
  block.refuseUnknownKeys();
  return config;
}

function readOidcServer(block: SettingsBlock): OidcServerAuthConfig {
  if (!block.has('auth_discovery_url')) {
    block.findings.problem(
      block.pathOf('auth_discovery_url'),
      'required: the discovery document of the issuer',
    );
  }
  return {
    type: 'oidc',
    form: 'server',
    authDiscoveryUrl: block.read('auth_discovery_url', text, ''),
    ...readOidcCommon(block),
  };
}

function readOidcClient(block: SettingsBlock): OidcClientAuthConfig {
  const optionalText = (key: string) => block.read(key, optional(text), null);
  const config: OidcClientAuthConfig = {
    type: 'oidc',
    form: 'client',
    authDiscoveryUrl: optionalText('auth_discovery_url'),
    ...readOidcCommon(block),
    username: optionalText('username'),
    password: optionalText('password'),
    clientSecret: optionalText('client_secret'),
    token: optionalText('token'),
    tokenEnvVar: optionalText('token_env_var'),
    tokenRefreshMarginSeconds: block.read('token_refresh_margin_seconds', positive(laxNumber), 30),
  };
  checkClientCredentials(block, config);
  return config;
}

function readOidcCommon(
  block: SettingsBlock,
): Omit<OidcServerAuthConfig, 'type' | 'form' | 'authDiscoveryUrl'> {
  return {
    clientId: block.read('client_id', optional(text), null),
    uiClientId: block.read('ui_client_id', optional(text), null),
    verifySsl: block.read('verify_ssl', laxBoolean, true),
    caCertPath: block.read('ca_cert_path', text, ''),
    audience: block.read('audience', optional(text), null),
    issuer: block.read('issuer', optional(text), null),
    jwksCacheLifespanSeconds: block.read('jwks_cache_lifespan_seconds', positive(laxInteger), 300),
    jwksRequestTimeoutSeconds: block.read('jwks_request_timeout_seconds', positive(laxNumber), 10),
  };
}

/** At most one way to get a token, and that one complete. Empty text counts as not set. */
function checkClientCredentials(block: SettingsBlock, config: OidcClientAuthConfig): void {
  const credentials: Record<string, string | null> = {
    client_secret: config.clientSecret,
    auth_discovery_url: config.authDiscoveryUrl,
    client_id: config.clientId,
  };
  if (config.username || config.password) {
    credentials['username'] = config.username;
    credentials['password'] = config.password;
  }
  const given = Object.values(credentials).some(Boolean);
  const missing = Object.keys(credentials).filter((key) => !credentials[key]);
  if (given && missing.length > 0) {
    block.findings.problem(block.path, `client credentials are incomplete: ${missing.join(', ')} missing`);
  }
  const ways = [
    config.token && 'token',
    config.tokenEnvVar && 'token_env_var',
    given && 'client credentials',
  ];
  const chosen = ways.filter(Boolean);
  if (chosen.length > 1)
    block.findings.problem(block.path, `only one of these can be set: ${chosen.join(', ')}`);
}
