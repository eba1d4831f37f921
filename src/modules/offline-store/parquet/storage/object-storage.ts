import { InvalidRequestError, NotSupportedError } from '../../../../common/errors/errors.js';
import type { DataSource } from '../../../../common/model/data-source.js';
import { sourceObjects } from '../../files/source-objects.js';
import type { ObjectStore, StoredObject } from '../../object-store.js';
import { parseObjectUri } from '../../object-uri.js';
import { folderTarget } from './folder-target.js';
import { type AppendTarget, type OpenedFile, SourceStorage } from './source-storage.js';

/** An object that is stored anew with every append is read and sent whole. */
const MOST_REWRITTEN_BYTES = 256 * 1024 * 1024;
/** Every request has a limit of its own. */
const NEVER = new AbortController().signal;

/**
 * Objects of one object store. Nothing is locked: an object is written on the condition that it is still the one that was
 * read, or that there is none, so writers on several machines never undo each other.
 *
 * Shape:  paths are URIs: `s3://bucket/key`.
 */
export class ObjectStorage extends SourceStorage {
  private readonly turns = new Map<string, Promise<unknown>>();

  constructor(private readonly store: ObjectStore) {
    super();
  }

  async target({ name, uri }: DataSource): Promise<AppendTarget> {
    if (!uri)
      throw new NotSupportedError(`the source ${name} is not a file: rows can be added to parquet files`);
    const { bucket, key, isPattern } = parseObjectUri(uri);
    const { objects, base } = await sourceObjects(this.store, uri, NEVER);
    const last = pathOf(objects.at(-1)!);
    if (base === undefined) return { kind: 'file', label: uri, path: last };
    return folderTarget({
      label: uri,
      base: pathOf({ bucket, key: base }),
      files: objects.map((object) => ({ name: pathOf(object), path: pathOf(object), state: object.etag })),
      pattern: isPattern ? pathOf({ bucket, key }) : undefined,
      sample: last,
    });
  }

  /** Who may write is told by S3 when somebody does. */
  requireWritable(): Promise<void> {
    return Promise.resolve();
  }

  async open(path: string): Promise<OpenedFile> {
    const { bucket, key } = parseObjectUri(path);
    const object = await this.store.find(bucket, key, NEVER);
    if (object === undefined) throw new InvalidRequestError(`${path}: there is no such object`);
    return new OpenedObject(this.store, object);
  }

  async names(folder: string): Promise<readonly string[]> {
    const { bucket, key } = parseObjectUri(folder);
    const prefix = key === '' ? '' : `${key}/`;
    const names: string[] = [];
    for await (const page of this.store.list(bucket, prefix, NEVER)) {
      names.push(
        ...page.map((object) => object.key.slice(prefix.length)).filter((name) => !name.includes('/')),
      );
    }
    return names;
  }

  async replaceEnd(file: OpenedFile, keptBytes: number, tail: Buffer): Promise<boolean> {
    const { path, version } = file;
    if (keptBytes + tail.length > MOST_REWRITTEN_BYTES) {
      throw new NotSupportedError(
        `${path}: an object has to be sent whole for every row that is added, and this one is larger than ` +
          `${MOST_REWRITTEN_BYTES} bytes: register a directory, to which objects are added`,
      );
    }
    const content = Buffer.concat([await file.read(0, keptBytes), tail]);
    return (await this.store.put(parseObjectUri(path), content, { etag: version }, NEVER)) !== undefined;
  }

  /** An object of this name holds these entries already, which is as good. */
  async create(path: string, content: Buffer): Promise<void> {
    await this.store.put(parseObjectUri(path), content, 'new', NEVER);
  }

  /** Among the appends of this process, which would only refuse each other. */
  async exclusively<T>(path: string, work: () => Promise<T>): Promise<T> {
    const before = this.turns.get(path) ?? Promise.resolve();
    const turn = before.then(work, work);
    const settled = turn.then(
      () => undefined,
      () => undefined,
    );
    this.turns.set(path, settled);
    try {
      return await turn;
    } finally {
      if (this.turns.get(path) === settled) this.turns.delete(path);
    }
  }
}

class OpenedObject implements OpenedFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly version: string;

  constructor(
    private readonly store: ObjectStore,
    private readonly object: StoredObject,
  ) {
    this.path = pathOf(object);
    this.sizeBytes = object.sizeBytes;
    this.version = object.etag;
  }

  async read(start: number, end: number): Promise<Buffer> {
    const bytes = await this.store.read(this.object, start, end, NEVER);
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function pathOf({ bucket, key }: Pick<StoredObject, 'bucket' | 'key'>): string {
  return key === '' ? `s3://${bucket}` : `s3://${bucket}/${key}`;
}
