import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { feastVenv } from '../support/feast-venv.ts';
import {
  BETTER,
  JOINED_FIXTURE,
  JOINED_RANGE,
  JOINED_VIEWS,
  JoinedRepo,
  storedView,
} from '../support/joined-repo.ts';
import { salver, SalverProcess } from '../support/salver-process.ts';
import { pythonScript, runPython } from './shop-repo.ts';

let root: string;
let feast: string;
let began: number;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'salver-joined-'));
  feast = join(root, 'feast');
  began = Math.floor(Date.now() / 1000);
  await runPython(feastVenv(), [pythonScript('make_joined_repo.py'), feast]);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Returns what was printed. */
async function materialized(repo: string, env: Readonly<Record<string, string>>): Promise<string> {
  const views = JOINED_VIEWS.flatMap((view) => ['-v', view]);
  const { code, output } = await salver(['-c', repo, 'materialize', ...JOINED_RANGE, ...views], { env });
  expect({ code, output }).toMatchObject({ code: 0 });
  return output;
}

/** The files and definitions of Feast, with nothing stored. */
function copyOf(name: string): string {
  const repo = join(root, name);
  cpSync(feast, repo, { recursive: true });
  const database = new DatabaseSync(join(repo, 'data/online_store.db'));
  for (const view of JOINED_VIEWS) database.exec(`DELETE FROM joined_${view}`);
  database.close();
  return repo;
}

async function twinOf(name: string): Promise<string> {
  const repo = new JoinedRepo(join(feast, 'data'), join(root, name));
  await repo.apply();
  return repo.path;
}

it('the fixture is what Feast stores today', () => {
  const [fixture, today] = [JOINED_FIXTURE, feast].map((folder) =>
    readFileSync(join(folder, 'stored.json'), 'utf8'),
  );
  expect(today).toBe(fixture);
});

describe.each([
  ['Python', () => Promise.resolve(copyOf('python')), { SALVER_PYTHON_INTERPRETER: feastVenv().python }],
  ['TypeScript', () => twinOf('typescript'), {}],
])('stored views of several sources, in %s', (language, make, env: Readonly<Record<string, string>>) => {
  let repo: string;
  let output: string;
  beforeAll(async () => {
    repo = await make();
    output = await materialized(repo, env);
  });

  it('say what their functions print', () => {
    expect(output.includes('python: computing 9 rows')).toBe(language === 'Python');
  });

  it.each(JOINED_VIEWS)('are what Feast makes of them: %s', (view) => {
    const theirs = storedView(feast, view);
    const ours = storedView(repo, view);
    expect(Object.keys(theirs.values).length).toBeGreaterThan(3);
    expect(ours.values).toEqual({ ...theirs.values, ...BETTER[view] });
    const now = Date.now() / 1000;
    for (const { times } of [theirs, ours]) {
      expect(times).toHaveLength(1);
      expect(times[0]!.created).toBe(times[0]!.event);
      expect(times[0]!.event).toBeGreaterThanOrEqual(began);
      expect(times[0]!.event).toBeLessThanOrEqual(now);
    }
  });
});

it('what Python prints in a job of a server is logged with the job', async () => {
  const repo = copyOf('printing');
  const env = { SALVER_PYTHON_INTERPRETER: feastVenv().python };
  const server = new SalverProcess(['-c', repo, 'serve', '--port', '0', '--no-access-log'], { env });
  try {
    const body = { start_ts: JOINED_RANGE[0], end_ts: JOINED_RANGE[1], feature_views: ['two_sources'] };
    const reply = await fetch(`${await server.printed(/"url":"([^"]+)"/, 90_000)}/materialize`, {
      method: 'POST',
      headers: { connection: 'close' },
      body: JSON.stringify(body),
    });
    expect(reply.status).toBe(200);
    const [line] = server.output.split('\n').filter((text) => text.includes('python: computing 9 rows'));
    expect(JSON.parse(line ?? '{}')).toMatchObject({ job: reply.headers.get('x-materialization-job-id') });
  } finally {
    server.kill('SIGKILL');
    await server.ended;
  }
});

it('views of Python are refused where no Python runs, and nothing is stored of them', async () => {
  const repo = copyOf('no-python');
  const { code, output } = await salver(['-c', repo, 'materialize', ...JOINED_RANGE, '-v', 'two_sources']);
  expect(code).toBe(1);
  expect(output).toContain('python.interpreter in salver.yaml');
  expect(storedView(repo, 'two_sources').values).toEqual({});
});
