import { type Command, defineCommand } from '../../command.js';
import { commandConfiguration } from '../../command-configuration.js';
import type { LoadedConfiguration } from '../../common/config/load-configuration.js';
import { createOfflineStoreWriter } from '../offline-store/offline-store-writer-factory.js';
import type { OfflineStoreWriter } from '../offline-store/offline-store-writer.js';
import { journalOptions } from './journal-options.js';
import { type JournalReplay, replayJournal } from './journal-replay.js';

/** `openStore`: the offline store of a configuration. */
export function replayCommand(
  openStore: (configuration: LoadedConfiguration) => OfflineStoreWriter,
): Command {
  return defineCommand({
    description:
      'Bring the offline pushes that wait into the offline store now. Only while no server runs: a server does it itself.',
    async run({ globals }) {
      const configuration = commandConfiguration(globals);
      const store = openStore(configuration);
      try {
        const replay = await replayJournal(journalOptions(configuration), store, (line) =>
          console.error(line),
        );
        console.log(summaryOf(replay));
        return replay.waiting === 0 ? 0 : 1;
      } finally {
        await store.close();
      }
    },
  });
}

function summaryOf({ entries, rows, deadLetters, waiting }: JournalReplay): string {
  const parts = [`${rows} rows of ${entries} pushes stored`];
  if (deadLetters > 0) parts.push(`${deadLetters} refused (salver journal dead-letters)`);
  if (waiting > 0) parts.push(`${waiting} still waiting`);
  return `${parts.join(', ')}.`;
}

/** Into the offline store that is configured. */
export const journalReplayCommand = replayCommand(({ featureStore: { offlineStore, repoDir }, salver }) =>
  createOfflineStoreWriter(offlineStore, repoDir, salver),
);
