import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Sees whether anybody wrote parquet files in a folder. */
export class FilesWatch {
  private readonly folder: string;
  private seen: string;

  constructor(folder: string) {
    this.folder = folder;
    this.seen = this.state();
  }

  /** Whether a file was replaced, changed, made or removed since the last look. */
  wereWritten(): boolean {
    const before = this.seen;
    this.seen = this.state();
    return this.seen !== before;
  }

  private state(): string {
    return readdirSync(this.folder)
      .filter((name) => name.endsWith('.parquet'))
      .map((name) => {
        const { ino, size, mtimeMs } = statSync(join(this.folder, name));
        return `${name} ${ino} ${size} ${mtimeMs}`;
      })
      .join('\n');
  }
}
