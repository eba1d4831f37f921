import type {
  GetObjectCommandOutput,
  HeadObjectCommandOutput,
  ListObjectsV2CommandOutput,
  PutObjectCommandOutput,
  S3Client,
} from '@aws-sdk/client-s3';
import { UnavailableError } from '../../../common/errors/errors.js';
import { ObjectStore, type PutCondition, type StoredObject } from '../object-store.js';
import { openS3Client, type S3Options } from './s3-client.js';
import { isConditionFailure, isConflict, isMissingObject, s3Failure } from './s3-failure.js';

/** Of one request, with what is tried again. */
const REQUEST_LIMIT_MS = 60_000;
const CONFLICT_ATTEMPTS = 5;

type Sdk = typeof import('@aws-sdk/client-s3');

/** What a request is about, for messages. */
interface Target {
  readonly bucket: string;
  readonly key: string;
  readonly signal: AbortSignal;
}

/** S3, and what speaks its language: nothing is loaded or opened before the first call. */
export class S3ObjectStore extends ObjectStore {
  private opening: Promise<{ readonly sdk: Sdk; readonly client: S3Client }> | undefined;

  constructor(private readonly options: S3Options) {
    super();
  }

  override async *list(
    bucket: string,
    prefix: string,
    signal: AbortSignal,
  ): AsyncGenerator<readonly StoredObject[], void> {
    let token: string | undefined;
    do {
      const request = {
        Bucket: bucket,
        Prefix: prefix,
        ...(token !== undefined && { ContinuationToken: token }),
      };
      const target = { bucket, key: prefix, signal };
      const page: ListObjectsV2CommandOutput = await this.send(target, ({ sdk, client }, abortSignal) =>
        client.send(new sdk.ListObjectsV2Command(request), { abortSignal }),
      );
      token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
      yield (page.Contents ?? []).map(({ Key = '', ETag = '', Size = 0 }) => ({
        bucket,
        key: Key,
        etag: ETag,
        sizeBytes: Size,
      }));
    } while (token !== undefined);
  }

  override async find(bucket: string, key: string, signal: AbortSignal): Promise<StoredObject | undefined> {
    const found = await this.send({ bucket, key, signal }, async ({ sdk, client }, abortSignal) => {
      const command = new sdk.HeadObjectCommand({ Bucket: bucket, Key: key });
      return client
        .send(command, { abortSignal })
        .catch((error: unknown): HeadObjectCommandOutput | undefined => {
          if (isMissingObject(error)) return undefined;
          throw error;
        });
    });
    return found && { bucket, key, etag: found.ETag ?? '', sizeBytes: found.ContentLength ?? 0 };
  }

  override async read(
    { bucket, key, etag, sizeBytes }: StoredObject,
    start: number,
    end: number,
    signal: AbortSignal,
  ): Promise<Uint8Array> {
    const range = `bytes=${start}-${Math.min(end, sizeBytes) - 1}`;
    const request = { Bucket: bucket, Key: key, Range: range, IfMatch: etag };
    return this.send({ bucket, key, signal }, async ({ sdk, client }, abortSignal) => {
      const answer = await client
        .send(new sdk.GetObjectCommand(request), { abortSignal })
        .catch((error: unknown): GetObjectCommandOutput => {
          throw isConditionFailure(error) || isMissingObject(error) ? changed(bucket, key) : error;
        });
      // Some services ignore the condition.
      if (answer.ETag !== etag) throw changed(bucket, key);
      const bytes = await answer.Body!.transformToByteArray();
      if (bytes.length === end - start) return bytes;
      throw new UnavailableError(
        `${uriOf(bucket, key)}: ${bytes.length} bytes came instead of ${end - start}: try again`,
      );
    });
  }

  override async put(
    { bucket, key }: Pick<StoredObject, 'bucket' | 'key'>,
    bytes: Uint8Array,
    condition: PutCondition,
    signal: AbortSignal,
  ): Promise<StoredObject | undefined> {
    const only = condition === 'new' ? { IfNoneMatch: '*' } : { IfMatch: condition.etag };
    const request = { Bucket: bucket, Key: key, Body: bytes, ...only };
    const stored = await this.send({ bucket, key, signal }, async ({ sdk, client }, abortSignal) => {
      for (let attempt = 1; ; attempt++) {
        try {
          return await client.send(new sdk.PutObjectCommand(request), { abortSignal });
        } catch (error) {
          if (isConditionFailure(error)) return undefined;
          // What an ETag stood for was removed.
          if (condition !== 'new' && isMissingObject(error)) return undefined;
          if (!isConflict(error) || attempt === CONFLICT_ATTEMPTS) throw error;
        }
      }
    });
    return stored && this.storedObject({ bucket, key }, bytes, stored);
  }

  override close(): void {
    void this.opening?.then(({ client }) => client.destroy()).catch(() => undefined);
  }

  private storedObject(
    place: Pick<StoredObject, 'bucket' | 'key'>,
    { length }: Uint8Array,
    { ETag = '' }: PutObjectCommandOutput,
  ): StoredObject {
    return { ...place, etag: ETag, sizeBytes: length };
  }

  private async send<T>(
    { bucket, key, signal }: Target,
    work: (opened: { readonly sdk: Sdk; readonly client: S3Client }, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    signal.throwIfAborted();
    this.opening ??= open(this.options);
    try {
      const limited = AbortSignal.any([signal, AbortSignal.timeout(REQUEST_LIMIT_MS)]);
      return await work(await this.opening, limited);
    } catch (error) {
      signal.throwIfAborted();
      throw s3Failure(error, uriOf(bucket, key), bucket);
    }
  }
}

async function open(options: S3Options): Promise<{ readonly sdk: Sdk; readonly client: S3Client }> {
  const client = await openS3Client(options);
  return { sdk: await import('@aws-sdk/client-s3'), client };
}

function changed(bucket: string, key: string): UnavailableError {
  return new UnavailableError(`${uriOf(bucket, key)}: it was changed while it was read: run it again`);
}

function uriOf(bucket: string, key: string): string {
  return `s3://${bucket}/${key}`;
}
