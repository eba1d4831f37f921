import { stat } from 'node:fs/promises';

const AT_ONCE = 64;

/** Which of many files is the newest. Files that never change are asked for their time once. */
export class ModificationTimes {
  private remembered = new Map<string, number>();

  /** `isFinal`: whether the file of this path never changes. */
  constructor(private readonly isFinal: (path: string) => boolean) {}

  /** Of equally new ones, the first. Shape: `paths` of one source, at least one. */
  async newest(paths: readonly string[]): Promise<string> {
    const known = this.remembered;
    const times = new Map<string, number>();
    for (let from = 0; from < paths.length; from += AT_ONCE) {
      const some = paths.slice(from, from + AT_ONCE);
      await Promise.all(some.map(async (path) => times.set(path, known.get(path) ?? (await timeOf(path)))));
    }
    this.remembered = new Map([...times].filter(([path, time]) => time > -Infinity && this.isFinal(path)));
    return paths.reduce((newest, path) => (times.get(path)! > times.get(newest)! ? path : newest));
  }
}

async function timeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => -Infinity,
  );
}
