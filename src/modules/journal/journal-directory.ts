import { statfs } from 'node:fs/promises';

/** Magic numbers of `statfs` on Linux: file systems that do not outlive the machine, or the container. */
const VOLATILE: ReadonlyMap<number, string> = new Map([
  [0x01021994, 'tmpfs, in the memory of the machine: what is acknowledged there is lost when it restarts'],
  [0x858458f6, 'ramfs, in the memory of the machine: what is acknowledged there is lost when it restarts'],
  [0x794c7630, 'overlayfs, as containers have it: what is acknowledged there may be lost with the container'],
]);

/** What a person should know about where a journal is. Errors: those of the file system. */
export async function directoryWarning(directory: string): Promise<string | undefined> {
  const { type } = await statfs(directory);
  const what = VOLATILE.get(type);
  if (what === undefined) return undefined;
  return `the journal in ${directory} lies on ${what}. Give it a directory on a disk (journal.directory in salver.yaml)`;
}
