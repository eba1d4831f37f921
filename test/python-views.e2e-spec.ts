import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readFeatures } from './support/on-demand-repo.js';
import { PythonRepo } from './support/python-repo.js';

/* What needs a Python with Feast is in test/interop/python-views.interop-spec.ts. */

const PANDAS = {
  features: ['pandas_rate:conv_plus_1'],
  entities: { driver_id: [1], val_to_add: [10], val_to_add_2: [3] },
};
const STORED = { features: ['stats:acc_rate'], entities: { driver_id: [1] } };

let repo: PythonRepo;
beforeEach(() => {
  repo = new PythonRepo();
});
afterEach(async () => repo.remove());

describe('views of Python', () => {
  it.each([
    ['an interpreter that is not there', '/no/such/python3', /is not running: spawn .* ENOENT/],
    ['a program that is no Python', process.execPath, /is not running: it ended with code \d+: /],
  ])('are 503 with %s, which is told; all else is served', async (_what, interpreter, told) => {
    // So long a request waits for Python to come back.
    const server = repo.serve(interpreter, { SALVER_SERVER_REQUEST_TIMEOUT_MS: '2000' });
    const url = await server.url();
    expect(server.output).toMatch(told);
    expect(server.output).toContain('Requests for them are answered with 503 until it runs');
    const { status, text } = await readFeatures(url, PANDAS);
    expect([status, text]).toEqual([503, expect.stringContaining('Python is not running')]);
    expect((await readFeatures(url, STORED)).columns['acc_rate']).toEqual([0.25]);
  });

  it('are 501 without an interpreter', async () => {
    const server = repo.serve('');
    const url = await server.url();
    const { status, text } = await readFeatures(url, PANDAS);
    expect([status, text]).toEqual([501, expect.stringContaining('python.interpreter in salver.yaml')]);
  });

  it('are 503 while the transformation service does not answer; what it does not compute is 501', async () => {
    repo.nameService('127.0.0.1:9');
    const server = repo.serve('');
    const url = await server.url();
    expect(server.output).toContain('transformation_service_endpoint) does not answer');
    const { status, text } = await readFeatures(url, PANDAS);
    expect([status, text]).toEqual([
      503,
      expect.stringContaining('the transformation service at 127.0.0.1:9'),
    ]);
    const python = await readFeatures(url, { ...PANDAS, features: ['python_rate:py_sum'] });
    expect(python.status).toBe(501);
  });
});
