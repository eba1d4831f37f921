import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SalverProcess } from './salver-process.js';

const REPO = new URL('../fixtures/conformance/repos/vectors-sqlite/', import.meta.url);

const SECOND_SIGNAL_MS = 300;

export interface SearchServerOptions {
  /** Lines of the online_store block. */
  readonly store?: string;
  /** In place of the whole block. */
  readonly onlineStore?: string;
  /** Further lines of feature_store.yaml. */
  readonly yaml?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Changes the repo before it is served; returns the text of salver.yaml. */
  readonly prepare?: (repo: string) => string;
}

/** The columns of an answer by name. */
export type Columns = Readonly<Record<string, readonly unknown[]>>;

/** A server on a copy of the recorded repo with vectors. */
export class SearchServer {
  private constructor(
    readonly repo: string,
    readonly server: SalverProcess,
    readonly url: string,
  ) {}

  static async start({
    store = '',
    onlineStore,
    yaml = '',
    env = {},
    prepare,
  }: SearchServerOptions): Promise<SearchServer> {
    const repo = mkdtempSync(join(tmpdir(), 'salver-search-'));
    cpSync(REPO, repo, { recursive: true });
    const recorded = readFileSync(join(repo, 'feature_store.yaml'), 'utf8');
    const changed =
      onlineStore === undefined
        ? recorded.replace('  vector_enabled: true\n', store)
        : recorded.replace(/online_store:\n(?: .*\n)+/, onlineStore);
    writeFileSync(join(repo, 'feature_store.yaml'), changed + yaml);
    if (prepare) writeFileSync(join(repo, 'salver.yaml'), prepare(repo));
    const server = new SalverProcess(['-c', repo, 'serve', '--port', '0', '--no-access-log'], {
      env: { SALVER_SERVER_GRACEFUL_TIMEOUT_SECONDS: '1', ...env },
    });
    try {
      const url = await server.url();
      await server.printed(/"msg":"worker ready"/);
      return new SearchServer(repo, server, url);
    } catch (error) {
      server.kill('SIGTERM');
      await server.ended;
      rmSync(repo, { recursive: true });
      throw error;
    }
  }

  async search(body: object, path = '/search'): Promise<{ readonly status: number; readonly body: unknown }> {
    const answer = await fetch(this.url + path, { method: 'POST', body: JSON.stringify(body) });
    return { status: answer.status, body: await answer.json() };
  }

  /** The columns of an answer. Errors: an Error when it is not 200. */
  async columns(body: object): Promise<Columns> {
    const answer = await this.search({ api_version: 2, ...body });
    if (answer.status !== 200) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
    const { metadata, results } = answer.body as {
      readonly metadata: { readonly feature_names: readonly string[] };
      readonly results: readonly { readonly values: readonly unknown[] }[];
    };
    return Object.fromEntries(metadata.feature_names.map((name, at) => [name, results[at]?.values ?? []]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async close(): Promise<void> {
    this.server.kill('SIGTERM');
    await delay(SECOND_SIGNAL_MS);
    // The second signal ends it at once, with the connections that a client keeps.
    this.server.kill('SIGTERM');
    await this.server.ended;
    rmSync(this.repo, { recursive: true });
  }
}
