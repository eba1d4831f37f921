import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import {
  type RedisConnectionOptions,
  redisConnectionOptions,
} from '../../src/modules/online-store/redis/redis-connection-options.js';
import { freePort } from './server-process.js';
import type { TlsCertificates } from './tls-certificates.js';

export interface RedisServerOptions {
  readonly password?: string;
  /** Speaks TLS and nothing else. */
  readonly tls?: TlsCertificates;
  /** Further settings, as in `--maxmemory 1mb`. */
  readonly args?: readonly string[];
}

const HOST = '127.0.0.1';
const START_ATTEMPTS = 5;
const MISSING = 'these tests need a Redis server (6 or newer): run apt-get install redis-server';

/** A real Redis server of the test's own, on a free port and a Unix socket, that keeps nothing on disk. */
export class RedisServer implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'salver-redis-'));
  readonly socketPath = join(this.folder, 'redis.sock');
  port = 0;
  private process: ChildProcess | undefined;
  private admin: Redis | undefined;
  private readonly killAtExit = () => void this.process?.kill('SIGKILL');

  private constructor(private readonly options: RedisServerOptions) {
    process.once('exit', this.killAtExit);
  }

  static async start(options: RedisServerOptions = {}): Promise<RedisServer> {
    const server = new RedisServer(options);
    for (let attempt = 1; ; attempt++) {
      server.port = await freePort();
      try {
        await server.launch();
        return server;
      } catch (error) {
        const isPortTaken = error instanceof Error && error.message.includes('Address already in use');
        if (!isPortTaken || attempt === START_ATTEMPTS) throw error;
      }
    }
  }

  get pid(): number {
    const pid = this.process?.pid;
    if (pid === undefined) throw new Error('the Redis server is not running');
    return pid;
  }

  /** `127.0.0.1:6379,password=…`, with `more` options at the end. */
  connectionString(...more: readonly string[]): string {
    const { password, tls } = this.options;
    const login = password === undefined ? [] : [`password=${password}`];
    const encryption = tls === undefined ? [] : ['ssl=true', `ssl_ca_certs=${tls.caPath}`];
    return [`${HOST}:${this.port}`, ...login, ...encryption, ...more].join(',');
  }

  connection(...more: readonly string[]): RedisConnectionOptions {
    return redisConnectionOptions({
      redisType: 'redis',
      connectionString: this.connectionString(...more),
    });
  }

  /** A client of the test's own, over the Unix socket. */
  get client(): Redis {
    if (this.admin === undefined) {
      const { password } = this.options;
      this.admin = new Redis({
        path: this.socketPath,
        ...(password !== undefined && { password }),
        protocol: 2,
        retryStrategy: () => 20,
      });
      this.admin.on('error', () => undefined);
    }
    return this.admin;
  }

  /** All fields of a hash, in hexadecimal. */
  async hash(key: Uint8Array): Promise<Record<string, string>> {
    const flat = (await this.client.callBuffer('HGETALL', Buffer.from(key))) as Buffer[];
    const entries: [string, string][] = [];
    for (let at = 0; at < flat.length; at += 2) {
      entries.push([flat[at]!.toString('hex'), flat[at + 1]!.toString('hex')]);
    }
    return Object.fromEntries(entries);
  }

  /** Stops answering, without closing anything, until `resume`. */
  pause(): void {
    process.kill(this.pid, 'SIGSTOP');
  }

  resume(): void {
    process.kill(this.pid, 'SIGCONT');
  }

  /** Ends at once, as in a crash; the port is free afterwards. */
  async kill(): Promise<void> {
    const child = this.process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  /** On the same port, after `kill`; `args` are further settings for this run. */
  async restart(...args: readonly string[]): Promise<void> {
    await this.launch(args);
  }

  async stop(): Promise<void> {
    this.admin?.disconnect();
    await this.kill();
    process.removeListener('exit', this.killAtExit);
    rmSync(this.folder, { recursive: true, force: true });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  private launch(args: readonly string[] = []): Promise<void> {
    const child = spawn('redis-server', [...this.settings(), ...(this.options.args ?? []), ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.process = child;
    return new Promise((resolve, reject) => {
      let log = '';
      const read = (chunk: Buffer) => {
        log += chunk.toString('latin1');
        // In this order: the sockets are open, the data is loaded.
        if (/Ready to accept connections|Server initialized[^]*\bLoading RDB/.test(log)) resolve();
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      child.once('error', (error) => reject(new Error(MISSING, { cause: error })));
      child.once('exit', (code) => reject(new Error(`redis-server ended with ${code}:\n${log}`)));
    });
  }

  private settings(): string[] {
    const { password, tls } = this.options;
    const settings = {
      bind: HOST,
      dir: this.folder,
      save: '',
      appendonly: 'no',
      daemonize: 'no',
      unixsocket: this.socketPath,
      ...(password !== undefined && { requirepass: password }),
      ...(tls === undefined ? { port: this.port } : tlsSettings(tls, this.port)),
    };
    return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  }
}

function tlsSettings(
  { caPath, certPath, keyPath }: TlsCertificates,
  port: number,
): Record<string, string | number> {
  return {
    port: 0,
    'tls-port': port,
    'tls-auth-clients': 'optional',
    'tls-ca-cert-file': caPath,
    'tls-cert-file': certPath,
    'tls-key-file': keyPath,
  };
}
