import type { FastifyRequest } from 'fastify';
import { ANONYMOUS, type Caller } from '../../src/modules/auth/caller.js';
import { CallerStrategy } from '../../src/modules/auth/caller.strategy.js';
import { startTestApp, type TestApp, type TestRepo } from './test-app.js';

const AUTH = '\nauth: {type: oidc, auth_discovery_url: "http://127.0.0.1:1/nobody-asks-it"}\n';

/** The real application with permissions, in which a caller is whoever the request says: no issuer is asked. */
export async function startGuardedApp({ yaml, ...repo }: TestRepo): Promise<TestApp> {
  const started = await startTestApp({ yaml: yaml.replace(/^auth:(?:.*\n)(?: .*\n)*/m, '') + AUTH, ...repo });
  const validate = ({ headers }: FastifyRequest): Caller | undefined => callerOf(headers.authorization);
  Object.assign(started.app.get(CallerStrategy), { validate });
  return started;
}

/** The headers of a request of that caller. */
export function as(caller: Partial<Caller>): Record<string, string> {
  const text = JSON.stringify({ ...ANONYMOUS, subject: 'somebody', ...caller });
  return { authorization: `Bearer ${Buffer.from(text).toString('base64url')}` };
}

function callerOf(authorization: string | undefined): Caller | undefined {
  const token = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1];
  return token === undefined ? undefined : (JSON.parse(Buffer.from(token, 'base64url').toString()) as Caller);
}
