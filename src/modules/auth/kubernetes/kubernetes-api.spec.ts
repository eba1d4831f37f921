import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ClusterTokens, RBAC, REVIEWS } from '../../../../test/support/cluster-tokens.js';
import { account, binding, TestCluster } from '../../../../test/support/test-cluster.js';
import { sendJson } from '../../../../test/support/test-issuer.js';
import { UnavailableError } from '../../../common/errors/errors.js';
import { KubernetesApi } from './kubernetes-api.js';

let given: ClusterTokens;

beforeEach(async () => {
  given = new ClusterTokens();
  await given.start();
});
afterEach(() => given.stop());

describe('the API', () => {
  it('is asked in the name of the mounted account, also when its token was replaced', async () => {
    const tokens = given.open({ cacheMs: 0 });
    expect(await given.callerOf('t-reader', tokens)).toBeDefined();
    given.cluster.rotate('server-token-2');
    expect(await given.callerOf('t-reader', tokens)).toBeDefined();
  });

  it('is trusted by the mounted authority, also when it was replaced', async () => {
    const tokens = given.open({ cacheMs: 0 });
    expect(await given.callerOf('t-reader', tokens)).toBeDefined();
    await given.cluster.renewAuthority();
    expect(await given.callerOf('t-reader', tokens)).toBeDefined();
  });

  it('of another authority is sent no token', async () => {
    const other = mkdtempSync(join(tmpdir(), 'salver-spec-'));
    const impostor = new TestCluster(other);
    await impostor.start();
    const api = new KubernetesApi({
      host: '127.0.0.1',
      port: Number(impostor.env['KUBERNETES_SERVICE_PORT']),
      mount: given.cluster.mount,
      timeoutMs: 2000,
    });
    await expect(api.call(REVIEWS, {})).rejects.toThrow(/^its certificate is not accepted/);
    expect(impostor.requests).toEqual([]);
    api.close();
    await impostor.stop();
    rmSync(other, { recursive: true });
  });

  it('that is down is 503, and back when it is', async () => {
    const tokens = given.open({ cacheMs: 0 });
    await given.cluster.stop();
    await expect(given.callerOf('t-reader', tokens)).rejects.toThrow(UnavailableError);
    await given.cluster.start();
    expect(await given.callerOf('t-reader', tokens)).toBeDefined();
  });

  it('that does not answer is given up', async () => {
    given.cluster.answers.set(REVIEWS, () => undefined);
    await expect(given.callerOf('t-reader', given.open({ timeoutMs: 100 }))).rejects.toThrow(
      UnavailableError,
    );
    expect(given.told).toEqual(['no answer within 100 ms']);
  });

  it('is not followed anywhere else', async () => {
    given.cluster.answers.set(REVIEWS, (response) =>
      response.writeHead(302, { location: 'https://127.0.0.1:1/' }).end(),
    );
    await expect(given.callerOf('t-reader')).rejects.toThrow('Tokens cannot be verified at the moment');
  });

  it('that lets this server read less gives callers fewer rights, and it is said once', async () => {
    given.cluster.bindings.push(binding('a', 'feature-reader', [account('apps', 'reader')], 'feast'));
    given.cluster.answers.set(`${RBAC}/clusterrolebindings`, (response) =>
      sendJson(response, { kind: 'Status' }, 403),
    );
    const tokens = given.open({ cacheMs: 0 });
    for (let n = 0; n < 3; n++)
      expect((await given.callerOf('t-reader', tokens))?.roles).toEqual(['feature-reader']);
    expect(given.told).toEqual(['forbidden: clusterrolebindings']);
  });
});
