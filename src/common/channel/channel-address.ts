import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { UnavailableError } from '../errors/errors.js';

/** Systems keep the path of a socket in so many bytes (macOS; Linux has 4 more). */
const MAX_PATH_BYTES = 103;

/**
 * A name at which one process of a server listens for the others.
 *
 * Shape:   a socket in a folder that is made for it and that this user alone can enter; on Windows a pipe with a name
 *          that nobody can guess.
 * Errors:  UnavailableError when the folder for temporary files cannot be used.
 */
export function createChannelAddress(platform: NodeJS.Platform = process.platform): string {
  if (platform === 'win32') return `\\\\.\\pipe\\salver-${randomBytes(16).toString('hex')}`;
  const address = join(makePrivateFolder(), 'writer.sock');
  if (Buffer.byteLength(address) <= MAX_PATH_BYTES) return address;
  removeChannelAddress(address, platform);
  throw new UnavailableError(
    `the path ${address} is too long for a socket: let TMPDIR name a folder with a shorter path`,
  );
}

/** A file for the same processes, which goes with the address; undefined on Windows, where there is no folder. */
export function pathBeside(
  address: string,
  name: string,
  platform: NodeJS.Platform = process.platform,
): string | undefined {
  return platform === 'win32' ? undefined : join(dirname(address), name);
}

/** With mode 0700, as `mkdtemp` makes all. */
function makePrivateFolder(): string {
  try {
    return mkdtempSync(join(tmpdir(), 'salver-'));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UnavailableError(
      `no socket for the writer process can be made: ${reason}. Let TMPDIR name a folder that can be written`,
      { cause },
    );
  }
}

/** Removes the folder and what a process that was killed left in it. Never throws. */
export function removeChannelAddress(address: string, platform: NodeJS.Platform = process.platform): void {
  if (platform === 'win32') return;
  try {
    rmSync(dirname(address), { recursive: true, force: true });
  } catch {
    // A folder without a use in the folder for temporary files: nothing that anybody should be told of.
  }
}
