import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { S3_CREDENTIALS, S3Server, useS3Credentials } from '../../../../test/support/s3-server.js';
import { InvalidRequestError, UnavailableError } from '../../../common/errors/errors.js';
import type { StoredObject } from '../object-store.js';
import { S3ObjectStore } from './s3-object-store.js';

const signal = new AbortController().signal;
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text));
const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString();
const KEY = 'data/day=2026-01-01/ä + b%20.parquet';

let server: S3Server;
beforeAll(async () => {
  server = await S3Server.start('lake');
});
beforeEach(() => {
  useS3Credentials();
  server.intercept = () => false;
});
afterAll(() => server[Symbol.asyncDispose]());

function storeOfTest(endpoint = server.endpoint): S3ObjectStore {
  const store = new S3ObjectStore({ endpoint, environment: {} });
  onTestFinished(() => store.close());
  return store;
}

const errorOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

async function keysOf(store: S3ObjectStore, bucket: string, prefix: string): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const page of store.list(bucket, prefix, signal)) keys.push(...page.map(({ key }) => key));
  return keys;
}

describe('objects', () => {
  it('are put, found, listed and read in ranges', async () => {
    const store = storeOfTest();
    const put = await store.put({ bucket: 'lake', key: KEY }, bytesOf('0123456789'), 'new', signal);
    expect(await store.find('lake', KEY, signal)).toEqual(put);
    expect(textOf(await store.read(put!, 2, 5, signal))).toBe('234');
    expect(await keysOf(store, 'lake', 'data/day=')).toEqual([KEY]);
    expect(await store.find('lake', 'data/day=2026-01-01/other', signal)).toBeUndefined();
  });

  it('are listed over all pages', async () => {
    const store = storeOfTest();
    const numbers = Array.from({ length: 1003 }, (_, i) => String(i).padStart(4, '0'));
    await Promise.all(numbers.map((number) => server.put('lake', `many/${number}`, bytesOf('x'))));
    const keys = await keysOf(store, 'lake', 'many/');
    expect(keys).toHaveLength(1003);
    expect(new Set(keys).size).toBe(1003);
  });
});

describe('conditions', () => {
  it('new: only where nothing is', async () => {
    const store = storeOfTest();
    const place = { bucket: 'lake', key: 'conditions/new' };
    const racing = ['a', 'b', 'c', 'd'].map((text) => store.put(place, bytesOf(text), 'new', signal));
    const stored = await Promise.all(racing);
    expect(stored.filter((object) => object !== undefined)).toHaveLength(1);
    expect(await store.find('lake', place.key, signal)).toEqual(
      stored.find((object) => object !== undefined),
    );
  });

  it('etag: only over what was read, so that of many writers no change is lost', async () => {
    const store = storeOfTest();
    const place = { bucket: 'lake', key: 'conditions/counter' };
    await store.put(place, bytesOf('0'), 'new', signal);
    const count = async (): Promise<void> => {
      for (;;) {
        const object = (await store.find(place.bucket, place.key, signal)) as StoredObject;
        const read = await store.read(object, 0, object.sizeBytes, signal).catch(() => undefined);
        if (read === undefined) continue;
        const next = bytesOf(String(Number(textOf(read)) + 1));
        if ((await store.put(place, next, object, signal)) !== undefined) return;
      }
    };
    await Promise.all(Array.from({ length: 4 }, count));
    const last = (await store.find(place.bucket, place.key, signal)) as StoredObject;
    expect(textOf(await store.read(last, 0, last.sizeBytes, signal))).toBe('4');
    const gone = { ...place, key: 'conditions/gone' };
    expect(await store.put(gone, bytesOf('x'), { etag: '"0"' }, signal)).toBeUndefined();
  });

  it('a read is refused when the object is another one by now', async () => {
    const store = storeOfTest();
    const place = { bucket: 'lake', key: 'conditions/read' };
    const first = (await store.put(place, bytesOf('one'), 'new', signal)) as StoredObject;
    await store.put(place, bytesOf('two'), first, signal);
    const error = await errorOf(store.read(first, 0, 3, signal));
    expect(error).toBeInstanceOf(UnavailableError);
    expect((error as Error).message).toBe(
      's3://lake/conditions/read: it was changed while it was read: run it again',
    );
  });
});

describe('failures', () => {
  const failureOf = async (store: S3ObjectStore, bucket = 'lake') => {
    const error = await errorOf(keysOf(store, bucket, 'data/'));
    return [(error as Error).constructor, (error as Error).message] as const;
  };

  it('tell of a bucket that is not there', async () => {
    expect(await failureOf(storeOfTest(), 'lakes')).toEqual([
      InvalidRequestError,
      's3://lakes/data/: there is no bucket lakes',
    ]);
  });

  it('tell of wrong credentials, and of none', async () => {
    const { AWS_ACCESS_KEY_ID } = S3_CREDENTIALS;
    vi.stubEnv('AWS_ACCESS_KEY_ID', `${AWS_ACCESS_KEY_ID}X`);
    expect(await failureOf(storeOfTest())).toEqual([
      InvalidRequestError,
      's3://lake/data/: the credentials are refused (InvalidAccessKeyId): correct them',
    ]);
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
    const [type, message] = await failureOf(storeOfTest());
    expect(type).toBe(InvalidRequestError);
    expect(message).toMatch(/^s3:\/\/lake\/data\/: no credentials were found: set AWS_ACCESS_KEY_ID/);
  });

  it('tell of a server that is not there', async () => {
    const [type, message] = await failureOf(storeOfTest('http://127.0.0.1:1'));
    expect(type).toBe(UnavailableError);
    expect(message).toContain('S3 cannot be reached (ECONNREFUSED)');
  });

  it('tries again what may succeed', async () => {
    let failures = 2;
    server.intercept = (_request, response) => {
      if (failures-- <= 0) return false;
      response.writeHead(503).end('<Error><Code>SlowDown</Code><Message>slow down</Message></Error>');
      return true;
    };
    expect(await keysOf(storeOfTest(), 'lake', 'data/')).toEqual([KEY]);
    failures = 100;
    const [type, message] = await failureOf(storeOfTest());
    expect(type).toBe(UnavailableError);
    expect(message).toContain('slow down');
  });

  it('end with the reason of the signal', async () => {
    server.intercept = () => true;
    const reason = new UnavailableError('the time is up');
    const aborted = new AbortController();
    const store = storeOfTest();
    const work = errorOf(store.find('lake', KEY, aborted.signal));
    setTimeout(() => aborted.abort(reason), 100);
    expect(await work).toBe(reason);
  });
});
