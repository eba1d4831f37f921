import { realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InvalidRequestError } from '../../common/errors/errors.js';
import type { DataSource } from '../../common/model/data-source.js';
import { isObjectUri, parseObjectUri } from './object-uri.js';

/** Where the rows of a source lie, as keys: one for each place, however it is named. */
export interface SourcePlace {
  /** Equal for sources that are the same files. */
  readonly files: string;
  /** Equal for sources whose files may lie beside each other: who writes there takes turns, and keeps the order. */
  readonly base: string;
}

const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*:\/\//;

/**
 * Shape:  of a file, a directory or a pattern the real path, links followed as far as there is something; `base` of a
 *         pattern is the directory before its first `*`. Of objects their bucket and key. Of what has no address kind and
 *         name; anything else as it was registered.
 */
export function sourcePlace(source: DataSource, repoDir: string): SourcePlace {
  const { uri, kind, name } = source;
  if (uri === undefined) return onePlace(`${kind} ${name}`);
  if (isObjectUri(uri)) return objectPlace(uri, source.s3EndpointOverride);
  const path = localPath(uri, repoDir);
  if (path === undefined) return onePlace(uri);
  const star = path.indexOf('*');
  if (star < 0) return onePlace(realPath(path));
  const directory = dirname(path.slice(0, star + 1));
  const base = realPath(directory);
  return { files: join(base, path.slice(directory.length)), base };
}

/** The first of those that lie at one place. */
export function distinctSources(sources: readonly DataSource[], repoDir: string): readonly DataSource[] {
  // The place of one is not looked at: links cost system calls.
  if (sources.length < 2) return sources;
  const byPlace = new Map<string, DataSource>();
  for (const source of sources) {
    const { files } = sourcePlace(source, repoDir);
    if (!byPlace.has(files)) byPlace.set(files, source);
  }
  return [...byPlace.values()];
}

function onePlace(key: string): SourcePlace {
  return { files: key, base: key };
}

/** One address may be that of several services, which tell their files apart and harm nobody by taking turns. */
function objectPlace(uri: string, endpoint: string | undefined): SourcePlace {
  try {
    const { bucket, key, isPattern } = parseObjectUri(uri);
    const base = isPattern ? key.slice(0, Math.max(0, key.lastIndexOf('/', key.indexOf('*')))) : key;
    const suffix = endpoint === undefined ? '' : ` ${endpoint}`;
    return { files: `s3://${bucket}/${key}${suffix}`, base: `s3://${bucket}/${base}` };
  } catch (error) {
    if (error instanceof InvalidRequestError) return onePlace(uri);
    throw error;
  }
}

function localPath(uri: string, repoDir: string): string | undefined {
  if (!SCHEME.test(uri)) return resolve(repoDir, uri);
  try {
    return fileURLToPath(uri);
  } catch {
    // Of another scheme, or of another machine.
    return undefined;
  }
}

/** Of what is not there, the real path of the directory that is, and the rest. */
function realPath(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    const directory = dirname(path);
    return directory === path ? path : join(realPath(directory), basename(path));
  }
}
