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
  lane: WriteLane,
  random: SeededRandom,
  tally: FuzzTally,
): Promise<WriteTotals> {
  const connection = new FuzzClient(lane.port);
  const online = new StoreWatch(lane.store);
  const offline = new FilesWatch(lane.histories);
  const totals = { stored: 0, appended: 0, refused: 0 };
  try {
    for (let sent = 0; sent < lane.count; sent++) {
      const request = fuzzWrite(random, lane.recorded);
      const answer = await connection.send(request);
      tally.add(request, answer);
      const to = answer.status >= 200 && answer.status < 300 ? destination(request) : 'nowhere';
      const changed = { online: online.wasWritten(), offline: offline.wereWritten() && !lane.batched };
      if (!mayChange(changed, to)) {
        tally.blame(request, `${JSON.stringify(changed)}, answered ${answer.status} ${answer.text}`);
      }
      if (changed.online) totals.stored++;
      if (to === 'offline' || to === 'online_and_offline') totals.appended++;
      if (to === 'nowhere') totals.refused++;
    }
  } finally {
    online.close();
    connection.close();
  }
  return totals;
}

function mayChange(changed: { readonly online: boolean; readonly offline: boolean }, to: string): boolean {
  if (changed.online && (to === 'nowhere' || to === 'offline')) return false;
  return !changed.offline || (to !== 'nowhere' && to !== 'online');
}

/** Where a write goes that was taken; empty when its body is JSON for the server alone. */
function destination({ path, body }: FuzzRequest): string {
  if (path !== '/push') return 'online';
  try {
    const { to = 'online' } = JSON.parse(body.toString()) as { to?: string };
    return to;
  } catch {
    return '';
  }
}
