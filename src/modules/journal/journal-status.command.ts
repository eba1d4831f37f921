import { defineCommand } from '../../command.js';
import { commandConfiguration } from '../../command-configuration.js';
import { printDocument } from '../../command-document.js';
import { DOCUMENT_OUTPUT } from '../../command-output.js';
import { journalOptions } from './journal-options.js';
import { type JournalStatus, readJournalStatus } from './journal-status.js';

export const journalStatusCommand = defineCommand({
  description:
    'Show which offline pushes are acknowledged and not in the offline store yet. A server may be running.',
  options: { output: DOCUMENT_OUTPUT },
  async run({ options, globals }) {
    const journal = journalOptions(commandConfiguration(globals));
    const status = await readJournalStatus(journal);
    printDocument(
      { directory: journal.directory, max_bytes: journal.maxBytes, ...statusDocument(status) },
      options.output,
    );
    return 0;
  },
});

function statusDocument({ holder, bytes, segments, deadLetters, damaged }: JournalStatus): object {
  const oldest = Math.min(
    ...segments.map(({ oldestWaitingMs }) => oldestWaitingMs ?? Number.POSITIVE_INFINITY),
  );
  return {
    bytes,
    holder: holder ?? null,
    entries_waiting: segments.reduce((sum, { waiting }) => sum + waiting, 0),
    oldest_waiting_since: Number.isFinite(oldest) ? new Date(oldest).toISOString() : null,
    oldest_age_seconds: Number.isFinite(oldest) ? Math.max(0, Date.now() - oldest) / 1000 : null,
    dead_letters: deadLetters,
    damaged_files: damaged,
    segments: segments.map(({ segment, state, pid, entries, waiting, ...rest }) => ({
      segment,
      state,
      pid: pid ?? null,
      bytes: rest.bytes,
      entries,
      waiting,
    })),
  };
}
