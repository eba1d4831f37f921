import type * as Crypto from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { S3Client } from '@aws-sdk/client-s3';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { vi } from 'vitest';

/** What is used of s3rver, which has no types. */
interface S3rver {
  readonly store: {
    putBucket(bucket: string): Promise<void>;
    existsObject(bucket: string, key: string): Promise<boolean>;
    getMetadata(bucket: string, key: string): Promise<{ readonly etag: string }>;
  };
  callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>;
}
const require = createRequire(import.meta.url);
giveBackDes(require('node:crypto') as typeof Crypto);
const S3rverClass = require('s3rver') as new (options: object) => S3rver;

export const S3_CREDENTIALS = { AWS_ACCESS_KEY_ID: 'S3RVER', AWS_SECRET_ACCESS_KEY: 'S3RVER' } as const;

/** Has this process find the credentials of the server, and look for no others. */
export function useS3Credentials(): void {
  for (const [name, value] of Object.entries(S3_CREDENTIALS)) vi.stubEnv(name, value);
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
}

/**
 * A server that speaks S3 on a free port of this machine, in the process of the test: s3rver, and before it what s3rver
 * lacks: `If-Match` and `If-None-Match`, as S3 documents them (decision 0020).
 */
export class S3Server implements AsyncDisposable {
  /** `GET /bucket/key bytes=0-3` of every request that came. */
  readonly requests: string[] = [];
  /** Called before a request is answered; true: it was answered. */
  intercept: (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean> = () => false;
  private readonly folder = mkdtempSync(join(tmpdir(), 'test-s3-'));
  private readonly rver = new S3rverClass({ silent: true, directory: this.folder });
  private readonly answer = this.rver.callback();
  private readonly server: Server = createServer((request, response) => void this.handle(request, response));
  private turn = Promise.resolve();
  private client: S3Client | undefined;

  private constructor() {}

  static async start(...buckets: readonly string[]): Promise<S3Server> {
    const s3 = new S3Server();
    for (const bucket of buckets) await s3.rver.store.putBucket(bucket);
    await new Promise<void>((resolve) => s3.server.listen(0, '127.0.0.1', resolve));
    return s3;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** What a process needs to reach it. */
  get environment(): Readonly<Record<string, string>> {
    return { ...S3_CREDENTIALS, AWS_ENDPOINT_URL: this.endpoint, AWS_REGION: 'us-east-1' };
  }

  /** Stores the files of a folder below a prefix. */
  async putFolder(bucket: string, prefix: string, folder: string): Promise<void> {
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      await this.put(bucket, prefix + relative(folder, path).split(sep).join('/'), readFileSync(path));
    }
  }

  /** As an S3 client would. */
  async put(bucket: string, key: string, bytes: Uint8Array): Promise<void> {
    const { PutObjectCommand, S3Client } = await import('@aws-sdk/client-s3');
    this.client ??= new S3Client({
      endpoint: this.endpoint,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' },
      requestChecksumCalculation: 'WHEN_REQUIRED',
    });
    await this.client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client?.destroy();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    this.requests.push([method, url.split('?')[0], headers.range ?? ''].join(' ').trim());
    if (await this.intercept(request, response)) return;
    const isWrite = method === 'PUT';
    // Writes come one after the other, so that nothing happens between a condition and its write.
    const before = this.turn;
    let done = (): void => undefined;
    if (isWrite) this.turn = new Promise<void>((resolve) => (done = resolve));
    try {
      if (isWrite) await before;
      const refusal = await this.obstacle(request);
      if (refusal === undefined) {
        await this.answer(request, response);
        if (isWrite && !response.writableFinished)
          await new Promise((resolve) => response.once('close', resolve));
      } else refuse(response, refusal);
    } finally {
      await nextTurn();
      done();
    }
  }

  /** Why a condition keeps a request from being done. */
  private async obstacle({ url = '', headers }: IncomingMessage): Promise<Refusal | undefined> {
    const [, bucket = '', ...parts] = decodeURIComponent(url.split('?')[0]!).split('/');
    const key = parts.join('/');
    const [match, noneMatch] = [headers['if-match'], headers['if-none-match']];
    if (match === undefined && noneMatch === undefined) return undefined;
    const exists = await this.rver.store.existsObject(bucket, key);
    if (noneMatch === '*') return exists ? PRECONDITION_FAILED : undefined;
    if (!exists) return NO_SUCH_KEY;
    return (await this.rver.store.getMetadata(bucket, key)).etag === match ? undefined : PRECONDITION_FAILED;
  }
}

interface Refusal {
  readonly status: number;
  readonly code: string;
}

const PRECONDITION_FAILED: Refusal = { status: 412, code: 'PreconditionFailed' };
const NO_SUCH_KEY: Refusal = { status: 404, code: 'NoSuchKey' };

function refuse(response: ServerResponse, { status, code }: Refusal): void {
  const body = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`;
  response.writeHead(status, { 'content-type': 'application/xml', 'content-length': body.length }).end(body);
}

/** s3rver makes the tokens of long lists with DES, which is thrice the same key of triple DES and all that is left of it. */
function giveBackDes(crypto: typeof Crypto): void {
  const { createCipheriv, createDecipheriv } = crypto;
  type Make = (name: string, key: Buffer, iv: Buffer) => unknown;
  const tripled =
    (make: Make): Make =>
    (name, key, iv) =>
      name === 'des' ? make('des-ede3-cbc', Buffer.concat([key, key, key]), iv) : make(name, key, iv);
  Object.assign(crypto, {
    createCipheriv: tripled(createCipheriv as Make),
    createDecipheriv: tripled(createDecipheriv as Make),
  });
}
