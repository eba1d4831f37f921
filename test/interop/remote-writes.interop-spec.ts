import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { feastVenv } from '../support/feast-venv.ts';
import type { RunningServer } from '../support/server-process.ts';
import { CHECKOUT, startFeast, startSalver } from '../support/servers.ts';
import { goodClaims, signedToken, signingKey, TestIssuer } from '../support/test-issuer.ts';
import { pythonScript, runPython } from './shop-repo.ts';

const RECORDED = join(CHECKOUT, 'test/fixtures/conformance/repos');
type Call = Readonly<Record<string, unknown>> & { readonly do: string };

/** What a call returned, or the exception that it raised. */
interface Outcome {
  readonly returned?: Readonly<Record<string, unknown>> | null;
  readonly raised?: string;
  readonly message?: string;
}

const at = (day: number) => `2026-03-0${day}T00:00:00Z`;
const readDriver = (view: string, features: readonly string[], id: number): Call => ({
  do: 'read',
  features: features.map((name) => `${view}:${name}`),
  rows: [{ driver_id: id }],
});
const STATS = ['conv_rate', 'acc_rate', 'avg_daily_trips', 'rating', 'nickname', 'is_active', 'last_seen'];
const stats = (id: number, day: number, trips: number) => ({
  driver_id: [id],
  event_timestamp: [at(day)],
  created: [at(day)],
  conv_rate: [0.1],
  acc_rate: [0.25],
  avg_daily_trips: [trips],
});

const DRIVERS: readonly Call[] = [
  {
    do: 'write',
    view: 'driver_hourly_stats',
    df: {
      ...stats(7001, 1, 2 ** 53 - 1),
      rating: [-3],
      nickname: ['Zoë "😀"'],
      is_active: [true],
      payload: [null],
      last_seen: [1767225600],
    },
  },
  readDriver('driver_hourly_stats', STATS, 7001),
  { do: 'push', source: 'driver_stats_push_source', df: stats(7002, 2, 5) },
  readDriver('driver_hourly_stats_fresh', ['conv_rate', 'avg_daily_trips'], 7002),
  readDriver('driver_fresh_summary', ['avg_daily_trips'], 7002),
  { do: 'push', source: 'driver_stats_push_source', df: stats(7002, 3, 6) },
  readDriver('driver_fresh_summary', ['avg_daily_trips'], 7002),
  {
    do: 'materialize',
    begin: '2026-01-01T00:00:00Z',
    end: '2026-01-10T00:00:00Z',
    views: ['incremental_stats'],
  },
  readDriver('incremental_stats', ['counter'], 1),
  { do: 'materialize_incremental', end: '2026-01-12T00:00:00Z', views: ['incremental_stats'] },
  readDriver('incremental_stats', ['counter'], 1),
  {
    do: 'materialize',
    begin: '2026-01-01T00:00:00Z',
    end: '2026-01-02T00:00:00Z',
    views: ['global_stats'],
    options: { run_async: true },
  },
  { do: 'materialize', begin: at(1), end: at(2), views: ['nope'] },
  { do: 'write', view: 'nope', df: stats(1, 1, 1) },
  { do: 'push', source: 'nope', df: stats(1, 1, 1) },
  readDriver('nope', ['counter'], 1),
];

/** So many of the last calls are mistakes. */
const MISTAKES = 4;

const value = (view: string, day: number): Call => ({
  do: 'push',
  source: `${view}_push`,
  df: { driver_id: [5], event_timestamp: [at(day)], value: [day] },
});
const load = (view: string): Call => ({ do: 'materialize', begin: at(1), end: at(2), views: [view] });
const GUARDED = [
  { resource: 'open_stats', call: readDriver('open_stats', ['value'], 1) },
  { resource: 'group_stats', call: readDriver('group_stats', ['value'], 1) },
  { resource: 'open_stats', call: value('open_stats', 1) },
  { resource: 'group_stats', call: value('group_stats', 2) },
  {
    resource: 'lonely_stats',
    call: { do: 'write', view: 'lonely_stats', df: { driver_id: [5], event_timestamp: [at(1)], value: [1] } },
  },
  { resource: 'open_stats', call: load('open_stats') },
  { resource: 'group_stats', call: load('group_stats') },
] as const;
/** How Feast's client gets its token, and which of the calls it may do. */
const TOKENS = [
  { title: 'a token of its configuration (a reader)', allowed: [0] },
  { title: 'client credentials (a writer)', allowed: [2, 5] },
  { title: 'a user and a password (an analyst)', allowed: [1, 3, 6] },
] as const;
const SECRET = 's3cret';

let folder: string;
const issuer = new TestIssuer();
const started: RunningServer[] = [];
let feast: readonly Outcome[];
let salver: readonly Outcome[];
/** In the order of TOKENS, and the last for a token that has expired. */
let guarded: readonly (readonly Outcome[])[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'salver-remote-writes-'));
  const auths = await clientsOfIssuer();
  const [onFeast, onSalver, onGuarded] = await Promise.all([
    serve('drivers-sqlite', 'feast'),
    serve('drivers-sqlite', 'salver'),
    // Feast's server is not there for comparison: the venv has no package that checks signatures.
    serve('permissions-oidc', 'salver'),
  ]);
  const asked = [
    { ...onFeast, project: 'drivers', calls: DRIVERS },
    { ...onSalver, project: 'drivers', calls: DRIVERS },
    ...auths.map((auth) => ({
      ...onGuarded,
      project: 'perms',
      auth,
      calls: GUARDED.map(({ call }) => call),
    })),
  ];
  const printed = await runPython(
    feastVenv(),
    [pythonScript('call_remote.py')],
    'UTC',
    JSON.stringify(asked),
  );
  const outcomes = JSON.parse(printed.trim().split('\n').at(-1) ?? '') as [
    Outcome[],
    Outcome[],
    ...Outcome[][],
  ];
  [feast, salver, ...guarded] = outcomes;
});
afterAll(async () => {
  await Promise.all([...started.map((server) => server.stop()), issuer.stop()]);
  rmSync(folder, { recursive: true });
});

describe("Feast's own client with a remote online store", () => {
  it.each(DRIVERS.map((call, index) => ({ index, name: `${call.do} ${JSON.stringify(call).slice(0, 90)}` })))(
    'does through Salver what it does through Feast: $index $name',
    ({ index }) => {
      expect(salver[index]).toEqual(feast[index]);
      expect(salver[index]?.raised !== undefined).toBe(index >= DRIVERS.length - MISTAKES);
    },
  );

  it('reads what it wrote', () => {
    expect(salver[1]?.returned).toMatchObject({ avg_daily_trips: [2 ** 53 - 1], nickname: ['Zoë "😀"'] });
    expect(salver[6]?.returned).toMatchObject({ avg_daily_trips: [6] });
    expect(salver[10]?.returned).toMatchObject({ counter: [14] });
  });
});

describe("Feast's own client with the tokens of an issuer", () => {
  it.each(TOKENS.map((token, client) => ({ ...token, client })))(
    'may do with $title what it may',
    ({ allowed, client }) => {
      const outcomes = guarded[client]!;
      const done = GUARDED.flatMap((_, index) => (outcomes[index]?.raised === undefined ? [index] : []));
      expect(done).toEqual(allowed);
      GUARDED.forEach(({ call, resource }, index) => {
        if (done.includes(index)) return;
        const { raised, message } = outcomes[index]!;
        // Of a load, the client tells the status and the text.
        expect(raised).toBe(call.do === 'materialize' ? 'RuntimeError' : 'FeastPermissionError');
        expect(message).toMatch(
          /Permission error:(\n|\\\\n)(Permission \w+ denied execution of|No permissions defined to)/,
        );
        expect(message).toContain(resource);
        expect(message?.startsWith('Remote materialization failed (403)')).toBe(call.do === 'materialize');
      });
    },
  );

  it('is told that its token has expired', () => {
    expect(guarded[TOKENS.length]).toHaveLength(GUARDED.length);
    for (const { raised, message } of guarded[TOKENS.length]!) {
      expect(raised).toBe('RuntimeError');
      expect(message).toMatch(/401.*Invalid or expired access token/);
    }
  });
});

interface Served {
  readonly repo: string;
  readonly url: string;
}

async function serve(recorded: string, server: 'feast' | 'salver'): Promise<Served> {
  const repo = join(folder, `${recorded}-${server}`);
  cpSync(join(RECORDED, recorded), repo, { recursive: true });
  const yaml = join(repo, 'feature_store.yaml');
  const url = `auth_discovery_url: ${issuer.discoveryUrl}`;
  writeFileSync(yaml, readFileSync(yaml, 'utf8').replace(/auth_discovery_url: .*/, url));
  const options = { repo, logFile: `${repo}.log` };
  const running = await (server === 'feast' ? startFeast(feastVenv().feast, options) : startSalver(options));
  started.push(running);
  return { repo, url: running.baseUrl };
}

/** The `auth` of a client's `feature_store.yaml`, for each of TOKENS and for a token that has expired. */
async function clientsOfIssuer(): Promise<object[]> {
  await issuer.start();
  const key = await signingKey('key-1');
  issuer.keys = [key.jwk];
  const token = (claims: object) => signedToken(key, goodClaims({ iss: issuer.url, ...claims }));
  const roles = (...names: string[]) => ({ resource_access: { 'feast-client': { roles: names } } });
  const [reader, writer, analyst, expired] = await Promise.all([
    token(roles('reader')),
    token(roles('writer')),
    token({ groups: ['analysts'] }),
    token({ ...roles('reader'), exp: 1_577_836_800 }),
  ]);
  issuer.grant = (fields) => {
    if (fields.get('client_id') !== 'feast-client' || fields.get('client_secret') !== SECRET)
      return undefined;
    if (fields.get('grant_type') === 'client_credentials') return writer;
    return fields.get('username') === 'ann' && fields.get('password') === 'pw' ? analyst : undefined;
  };
  const credentials = {
    type: 'oidc',
    auth_discovery_url: issuer.discoveryUrl,
    client_id: 'feast-client',
    client_secret: SECRET,
  };
  return [
    { type: 'oidc', token: reader },
    credentials,
    { ...credentials, username: 'ann', password: 'pw' },
    { type: 'oidc', token: expired },
  ];
}
