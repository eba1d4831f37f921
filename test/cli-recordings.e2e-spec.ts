import http from 'node:http';
import https from 'node:https';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHANGING, ENDING, type Expectation, SERVING } from './support/cli-expectations.js';
import { recordedRepo } from './support/feast-commands.js';
import { type Ended, SalverProcess } from './support/salver-process.js';
import { CHECKOUT } from './support/servers.js';
import { makeTlsCertificates } from './support/tls-certificates.js';

const RECORDINGS = join(CHECKOUT, 'test/fixtures/conformance/cli');

/** A command line of Feast, as `index.json` lists it. */
interface Recording {
  readonly name: string;
  readonly args: readonly string[];
  readonly exit_code: number;
  readonly probe?: { readonly status: number };
}

const { commands } = JSON.parse(readFileSync(join(RECORDINGS, 'index.json'), 'utf8')) as {
  readonly commands: readonly Recording[];
};

let work = '';

beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'salver-recordings-'));
  mkdirSync(join(work, 'empty'));
  const { keyPath, certPath } = makeTlsCertificates(work, ['IP:127.0.0.1']);
  cpSync(keyPath, join(work, 'key.pem'));
  cpSync(certPath, join(work, 'cert.pem'));
});
afterAll(() => rmSync(work, { recursive: true }));

function recording(name: string): Recording {
  return commands.find((candidate) => candidate.name === name) as Recording;
}

/** A copy of the recorded repo, with the file of the recording where there is one. */
function repoOf(name: string): string {
  if (name === 'serve-no-yaml') return join(work, 'empty');
  const repo = join(work, name);
  cpSync(recordedRepo('drivers-sqlite'), repo, { recursive: true });
  if (name.startsWith('yaml-')) {
    cpSync(join(RECORDINGS, `${name}.feature_store.yaml`), join(repo, 'feature_store.yaml'));
  }
  return repo;
}

/** Shape: without the name of the program; a free port in the place of the recorder's. */
function lineOf(name: string, repo: string): string[] {
  const words = recording(name).args.slice(1);
  return words.map((word) => (word === '6681' ? '0' : word.replace('{repo}', repo).replace('{work}', work)));
}

async function healthStatus(url: string): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  const options = { rejectUnauthorized: false, agent: false, timeout: 5000 } as const;
  const outgoing = (url.startsWith('https:') ? https : http).get(`${url}/health`, options, (answer) =>
    answer.resume().once('end', () => resolve(answer.statusCode)),
  );
  outgoing.once('error', reject);
  return promise;
}

function expectFacts(output: string, name: string, { facts, recorded = [] }: Expectation): void {
  const isIn = (fact: string | RegExp): boolean =>
    typeof fact === 'string' ? output.includes(fact.replace('{work}', work)) : fact.test(output);
  expect({ output, missing: facts.filter((fact) => !isIn(fact)) }).toEqual({ output, missing: [] });
  // No stack trace, of Python or of Node.
  expect(output).not.toMatch(/Traceback|\n\s+at /);
  const theirs = ['stdout', 'stderr']
    .map((stream) => readFileSync(join(RECORDINGS, `${name}.${stream}.txt`), 'utf8'))
    .join('');
  expect(recorded.filter((fact) => !theirs.includes(fact))).toEqual([]);
}

describe('the command lines recorded from Feast', () => {
  it('are all in a table', () => {
    const known = [...Object.keys(ENDING), ...Object.keys(CHANGING), ...Object.keys(SERVING)];
    expect(known.toSorted()).toEqual(commands.map(({ name }) => name).toSorted());
  });

  it.concurrent.each(Object.entries(ENDING))('%s ends as it should', async (name, expectation) => {
    const repo = repoOf(name);
    const { code, output }: Ended = await new SalverProcess(lineOf(name, repo), { cwd: repo }).ended;
    expect({ code, reason: expectation.reason }).toEqual({
      code: expectation.code ?? recording(name).exit_code,
      reason: expectation.reason,
    });
    expectFacts(output, name, expectation);
  });

  it('apply and load as they should, one after the other on one repo', async () => {
    const repo = join(work, 'changing');
    cpSync(recordedRepo('drivers-sqlite'), repo, { recursive: true });
    for (const name of ['features.py', 'data/registry.db', 'data/online_store.db']) rmSync(join(repo, name));
    const definitions = readFileSync(
      join(CHECKOUT, 'test/fixtures/definitions/drivers-sqlite.definitions.ts'),
      'utf8',
    );
    writeFileSync(
      join(repo, 'features.ts'),
      definitions.replace(/'[./]+src\/definitions\/index\.js'/, "'salver'"),
    );
    for (const [name, expectation] of Object.entries(CHANGING)) {
      const line = lineOf(name, repo);
      // A file that the recorded repo lacks on purpose, and Feast does not look at, is refused by ours.
      const checks = line[0] === 'apply' ? ['--skip-source-validation'] : [];
      const { code, output } = await new SalverProcess([...line, ...checks], { cwd: repo }).ended;
      expect({ name, code }).toEqual({ name, code: expectation.code ?? recording(name).exit_code });
      expectFacts(output, name, expectation);
    }
  });

  // One after the other: a machine with few cores starts one server quickly, and many slowly.
  it.each(Object.entries(SERVING))('%s serves until SIGTERM', async (name, expectation) => {
    const repo = repoOf(name);
    const env = { SALVER_SERVER_GRACEFUL_TIMEOUT_SECONDS: '1' };
    const server = new SalverProcess(lineOf(name, repo), { cwd: repo, env });
    const status = await server
      .url()
      .then(async (url) => healthStatus(url))
      .finally(() => server.kill('SIGTERM'));
    const { code } = await server.ended;
    expect({ code, status }).toEqual({
      code: recording(name).exit_code,
      status: recording(name).probe?.status,
    });
    expectFacts(server.output, name, expectation);
  });
});
