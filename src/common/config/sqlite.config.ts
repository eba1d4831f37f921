import { IsIn, IsInt, Max, Min } from './setting-rules.js';

const JOURNAL_MODES = ['keep', 'wal'] as const;
type JournalMode = (typeof JOURNAL_MODES)[number];

export class SqliteSettings {
  /** `keep`: as the file of the online store is; Feast makes it in rollback mode. `wal`: it is put into WAL mode. */
  @IsIn(JOURNAL_MODES)
  journalMode: JournalMode = 'keep';

  /** What a worker may keep of rows that it has read, until anybody commits; 0: nothing. */
  @IsInt()
  @Min(0)
  @Max(4_294_967_296)
  rowCacheBytes = 33_554_432;
}
