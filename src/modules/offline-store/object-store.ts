/** An object as it was when it was found. */
export interface StoredObject {
  readonly bucket: string;
  readonly key: string;
  /** Changes when its bytes do. */
  readonly etag: string;
  readonly sizeBytes: number;
}

/** `new`: only where there is nothing yet. Else: only over the bytes with this ETag. */
export type PutCondition = 'new' | { readonly etag: string };

/** Objects in buckets. Every call ends by itself, within its limits of time. */
export abstract class ObjectStore {
  /**
   * Shape:  all objects whose keys begin so, a page at a time.
   * Errors: InvalidRequestError (no such bucket, no access, no credentials), UnavailableError. What `signal` aborts ends
   *         with its reason.
   */
  abstract list(
    bucket: string,
    prefix: string,
    signal: AbortSignal,
  ): AsyncGenerator<readonly StoredObject[], void>;

  /** Undefined when there is no such object. Errors: as `list`. */
  abstract find(bucket: string, key: string, signal: AbortSignal): Promise<StoredObject | undefined>;

  /**
   * Bytes of an object, from `start` to before `end`.
   *
   * Errors:  as `list`; UnavailableError also when the object is another one by now.
   */
  abstract read(object: StoredObject, start: number, end: number, signal: AbortSignal): Promise<Uint8Array>;

  /**
   * Stores an object whole, unless the condition does not hold.
   *
   * Shape:   the object that is stored now; undefined when the condition did not hold.
   * Errors:  as `list`. After an UnavailableError it may be stored or not.
   */
  abstract put(
    place: Pick<StoredObject, 'bucket' | 'key'>,
    bytes: Uint8Array,
    condition: PutCondition,
    signal: AbortSignal,
  ): Promise<StoredObject | undefined>;

  /** Called once. */
  abstract close(): void;
}
