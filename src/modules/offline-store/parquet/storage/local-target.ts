import { basename } from 'node:path';
import { ModificationTimes } from '../../files/modification-times.js';
import { sourceFiles } from '../../files/source-files.js';
import { listSource } from '../../files/source-listing.js';
import { isPartName } from '../entry-names.js';
import { folderTarget } from './folder-target.js';
import type { AppendTarget } from './source-storage.js';

/** So many directories are known by the times of their files. */
const MOST_REMEMBERED = 1000;

/** Where rows of file sources go on this machine. Relative paths begin at the repo. */
export class LocalTargets {
  private readonly times = new Map<string, ModificationTimes>();

  constructor(private readonly repoDir: string) {}

  /** Errors: those of `sourceFiles`; NotSupportedError when new files have no place. */
  async of(uri: string): Promise<AppendTarget> {
    const found = await listSource(uri, this.repoDir);
    if (found === undefined) {
      return { kind: 'file', label: uri, path: sourceFiles(uri, this.repoDir).files[0]!.path };
    }
    const sample = await this.timesOf(uri).newest(found.files.map(({ name }) => name));
    return folderTarget({ ...found, sample });
  }

  private timesOf(uri: string): ModificationTimes {
    const known = this.times.get(uri);
    if (known !== undefined) return known;
    if (this.times.size >= MOST_REMEMBERED) this.times.clear();
    const times = new ModificationTimes((path) => isPartName(basename(path)));
    this.times.set(uri, times);
    return times;
  }
}
