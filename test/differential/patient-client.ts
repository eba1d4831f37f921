import { setTimeout as delay } from 'node:timers/promises';

import type { Answer, RecordedRequest } from '../conformance/exchange.ts';
import { send } from '../conformance/http-client.ts';

const MOST_TRIES = 5;
const PAUSE_MS = 50;
const DROPPED: ReadonlySet<string | undefined> = new Set(['ECONNRESET', 'ECONNREFUSED', 'EPIPE']);

/** After a 500 the real server may drop the next connection before it answers: a read is asked again. */
export async function sendPatiently(baseUrl: string, request: RecordedRequest): Promise<Answer> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await send(baseUrl, request);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (tries >= MOST_TRIES || !DROPPED.has(code)) throw error;
      await delay(PAUSE_MS * tries);
    }
  }
}
