import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

import { freePort, LOOPBACK, ServerStartError } from '../support/server-process.ts';

/** The issuer of the recorded tokens, in a process of its own. */
export interface RecordedIssuer {
  readonly address: string;
  readonly stop: () => Promise<void>;
}

const START_LIMIT_MS = 60_000;
const POLL_MS = 25;

/** Errors: ServerStartError when it does not serve its keys in time. */
export async function startIssuer(script: string): Promise<RecordedIssuer> {
  const port = await freePort();
  const child = spawn(process.execPath, [script, '--port', String(port)], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  const killAtExit = (): void => void child.kill('SIGKILL');
  process.once('exit', killAtExit);
  const stop = async (): Promise<void> => {
    process.off('exit', killAtExit);
    child.kill('SIGKILL');
    await ended;
  };
  const address = `${LOOPBACK}:${port}`;
  if (await answers(`http://${address}/jwks`)) return { address, stop };
  await stop();
  throw new ServerStartError('the OIDC provider did not start');
}

async function answers(url: string): Promise<boolean> {
  const giveUpAt = Date.now() + START_LIMIT_MS;
  while (Date.now() < giveUpAt) {
    const status = await fetch(url, { signal: AbortSignal.timeout(10_000) }).then(
      async (answer) => answer.text().then(() => answer.status),
      () => undefined,
    );
    if (status === 200) return true;
    await delay(POLL_MS);
  }
  return false;
}
