import type { SeededRandom } from '../support/random.ts';
import { FuzzClient } from './fuzz-client.ts';
import { StoreWatch } from './store-watch.ts';
import type { FuzzTally } from './tally.ts';
import { fuzzWrite, type RecordedWrites } from './write-bodies.ts';

export interface WriteLane {
  readonly port: number;
  /** The file of the online store: nobody else writes to it. */
  readonly store: string;
  readonly recorded: RecordedWrites;
  readonly count: number;
}

/** How many writes changed the store: with none, nothing was tried. */
export interface WriteTotals {
  readonly stored: number;
  readonly refused: number;
}

/** Sends writes one after the other, and sees whether the store changed by one that was refused. */
export async function sendWrites(
  { port, store, recorded, count }: WriteLane,
  random: SeededRandom,
  tally: FuzzTally,
): Promise<WriteTotals> {
  const connection = new FuzzClient(port);
  const watch = new StoreWatch(store);
  const totals = { stored: 0, refused: 0 };
  try {
    for (let sent = 0; sent < count; sent++) {
      const request = fuzzWrite(random, recorded);
      const answer = await connection.send(request);
      tally.add(request, answer);
      const isTaken = answer.status >= 200 && answer.status < 300;
      const wasWritten = watch.wasWritten();
      if (wasWritten && !isTaken)
        tally.blame(request, `written, but answered ${answer.status} ${answer.text}`);
      if (wasWritten) totals.stored++;
      if (!isTaken) totals.refused++;
    }
  } finally {
    watch.close();
    connection.close();
  }
  return totals;
}
