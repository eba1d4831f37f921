import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { describeActions, ROUTE_ACCESS } from '../src/modules/auth/route-access.js';
import { EXAMPLE_READ, startExampleApp } from './support/example-app.js';
import type { TestApp } from './support/test-app.js';
import { signedToken, signingKey, TestIssuer } from './support/test-issuer.js';

const KEY = await signingKey('key');
const issuer = new TestIssuer();
let server: TestApp;

beforeAll(async () => {
  issuer.keys = [KEY.jwk];
  await issuer.start();
});
afterAll(() => issuer.stop());
afterEach(() => server.close());

const oidc = (more = '') => `{type: oidc, auth_discovery_url: "${issuer.discoveryUrl}"${more}}`;
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe('/openapi.json', () => {
  interface Description {
    readonly components: { readonly securitySchemes?: Readonly<Record<string, object>> };
    readonly paths: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
  }
  const describeServer = async () => (await server.app.inject({ url: '/openapi.json' })).json<Description>();

  it('says nothing of security where there is none', async () => {
    server = await startExampleApp('no_auth');
    const { components, paths } = await describeServer();
    expect(components.securitySchemes).toBeUndefined();
    expect(paths['/get-online-features']?.['post']).not.toHaveProperty('security');
  });

  it('says how to log in at the issuer, and which routes want it', async () => {
    const salverYaml = `auth: {api_keys: [{name: a, hash: "sha256:${'0'.repeat(64)}"}]}`;
    server = await startExampleApp(oidc(', ui_client_id: salver-ui'), { salverYaml });
    await server.read(EXAMPLE_READ, bearer(await signedToken(KEY)));
    const { components, paths } = await describeServer();
    expect(components.securitySchemes).toEqual({
      bearer: {
        type: 'http',
        scheme: 'bearer',
        bearerFormat: 'JWT',
        description: expect.any(String) as string,
      },
      oidc: {
        type: 'oauth2',
        description: expect.stringContaining('salver-ui') as string,
        flows: {
          authorizationCode: {
            authorizationUrl: `${issuer.url}/authorize`,
            tokenUrl: `${issuer.url}/token`,
            scopes: { openid: expect.any(String) as string },
          },
        },
      },
      api_key: { type: 'apiKey', in: 'header', name: 'x-api-key', description: expect.any(String) as string },
    });
    expect(paths['/get-online-features']?.['post']?.['security']).toEqual([
      { bearer: [] },
      { oidc: [] },
      { api_key: [] },
    ]);
    expect(paths['/health']?.['get']).not.toHaveProperty('security');
  });

  it('names the permission of every route that needs one, as the guard knows it', async () => {
    // Feast does not tell of the old name of a route either.
    const hidden = 'POST /retrieve-online-documents';
    server = await startExampleApp(oidc());
    const told = Object.entries((await describeServer()).paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, operation]) => ({
        route: `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`,
        permission: operation['x-permission'],
        description: String(operation['description']).split('\n').at(-1),
        security: operation['security'],
      })),
    );
    const guarded = Object.values(ROUTE_ACCESS).filter(({ route }) => route !== hidden);
    const expected = guarded.map((access) => ({
      route: access.route,
      permission: describeActions(access),
      description: `Permission: ${describeActions(access)}.`,
      security: [{ bearer: [] }],
    }));
    const byRoute = (a: { route: string }, b: { route: string }): number => (a.route < b.route ? -1 : 1);
    const open = told.filter(({ permission }) => permission === undefined);
    expect(told.filter((each) => !open.includes(each)).toSorted(byRoute)).toEqual(expected.toSorted(byRoute));
    expect(open.map(({ route }) => route)).toContain('GET /health');
    for (const { route, security } of open)
      expect([route, security]).toEqual([expect.stringMatching(/^GET \/health/), undefined]);
  });

  it('lets a browser come back from the issuer to the page', async () => {
    server = await startExampleApp(oidc(', ui_client_id: salver-ui'));
    const script = await server.app.inject({ url: '/docs/swagger-ui-init.js' });
    expect(script.body).toMatch(
      /"initOAuth": \{\s*"clientId": "salver-ui",[^}]*"usePkceWithAuthorizationCodeGrant": true/,
    );
    for (const [url, type] of [
      ['/oauth2-redirect.html', 'text/html'],
      ['/oauth2-redirect.js', 'text/javascript'],
    ]) {
      const page = await server.app.inject({ url: url as string });
      expect([page.statusCode, page.headers['content-type']]).toEqual([200, `${type}; charset=utf-8`]);
    }
  });
});
