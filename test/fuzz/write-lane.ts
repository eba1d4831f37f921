import type { SeededRandom } from '../support/random.ts';
import type { FuzzRequest } from './bodies.ts';
import { FilesWatch } from './files-watch.ts';
import { FuzzClient } from './fuzz-client.ts';
import { StoreWatch } from './store-watch.ts';
import type { FuzzTally } from './tally.ts';
import { fuzzWrite, type RecordedWrites } from './write-bodies.ts';

export interface WriteLane {
  readonly port: number;
  /** The file of the online store: nobody else writes to it. */
  readonly store: string;
  /** The folder of the histories, to which nobody else writes either. */
  readonly histories: string;
  /** Whether offline pushes come into the histories later. */
  readonly batched: boolean;
  readonly recorded: RecordedWrites;
  readonly count: number;
}

/** How many writes changed the stores: with none, nothing was tried. */
export interface WriteTotals {
  readonly stored: number;
  /** Answered with success, to the histories. */
  readonly appended: number;
  readonly refused: number;
}

/** Sends writes one after the other, and sees whether the stores changed by one that was refused, or sent elsewhere. */
export async function sendWrites(
  { port, store, histories, batched, recorded, count }: WriteLane,
  random: SeededRandom,
  tally: FuzzTally,
): Promise<WriteTotals> {
  const connection = new FuzzClient(port);
  const online = new StoreWatch(store);
  const offline = new FilesWatch(histories);
  const totals = { stored: 0, appended: 0, refused: 0 };
  try {
    for (let sent = 0; sent < count; sent++) {
      const request = fuzzWrite(random, recorded);
      const answer = await connection.send(request);
      tally.add(request, answer);
      const isTaken = answer.status >= 200 && answer.status < 300;
      const to = isTaken ? destination(request) : undefined;
      const change = { online: online.wasWritten(), offline: offline.wereWritten() };
      const told = `written (${JSON.stringify(change)}), answered ${answer.status} ${answer.text}`;
      if (change.online && (!isTaken || to === 'offline')) tally.blame(request, told);
      if (!batched && change.offline && (!isTaken || to === 'online')) tally.blame(request, told);
      if (change.online) totals.stored++;
      if (to?.includes('offline')) totals.appended++;
      if (!isTaken) totals.refused++;
    }
  } finally {
    online.close();
    connection.close();
  }
  return totals;
}

/** Where a write goes that was taken; undefined when its body is JSON for the server alone. */
function destination({ path, body }: FuzzRequest): string | undefined {
  if (path !== '/push') return 'online';
  try {
    const { to = 'online' } = JSON.parse(body.toString()) as { to?: string };
    return to;
  } catch {
    return undefined;
  }
}
