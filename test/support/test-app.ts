import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApplication } from '../../src/bootstrap.js';
import { loadConfiguration } from '../../src/common/config/load-configuration.js';
import { decodeRegistry } from '../../src/modules/registry/registry.codec.js';
import { Transformations } from '../../src/modules/transformations/transformations.js';
import { RegistryService } from '../../src/modules/registry/registry.service.js';
import { InstantJobs } from './instant-jobs.js';

export interface TestApp {
  readonly app: NestFastifyApplication;
  /** What would be materialized. */
  readonly jobs: InstantJobs;
  /** The feature repository: a folder of its own, removed at the end. */
  readonly repo: string;
  /** Sends a body as it is. */
  read(body: string | Buffer, headers?: Record<string, string>): Promise<Answer>;
  close(): Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

export interface TestRepo {
  /** Text of feature_store.yaml; registry and store lie in `data/`. */
  readonly yaml: string;
  /** Text of salver.yaml. */
  readonly salverYaml?: string;
  readonly registry?: Uint8Array | undefined;
  /** Fills `data/online_store.db`, given its path. */
  readonly fillStore?: (path: string) => void;
  readonly env?: Record<string, string>;
}

/** The real application over a real registry and store, without sockets. */
export async function startTestApp({
  yaml,
  salverYaml,
  registry,
  fillStore,
  env = {},
}: TestRepo): Promise<TestApp> {
  const repo = mkdtempSync(join(tmpdir(), 'salver-e2e-'));
  const storePath = join(repo, 'data', 'online_store.db');
  mkdirSync(dirname(storePath));
  writeFileSync(join(repo, 'feature_store.yaml'), yaml);
  if (salverYaml !== undefined) writeFileSync(join(repo, 'salver.yaml'), salverYaml);
  fillStore?.(storePath);
  const configuration = loadConfiguration({
    env: { SALVER_SERVER_ACCESS_LOG: 'false', SALVER_SERVER_LOG_LEVEL: 'fatal', ...env },
    cwd: repo,
    flags: {},
  });
  const jobs = new InstantJobs();
  const app = await createApplication(configuration, { links: { jobs } });
  if (registry) {
    const snapshot = decodeRegistry(registry, configuration.featureStore.project);
    await app.get(Transformations).prepare(snapshot);
    app.get(RegistryService).replace(snapshot);
  }
  const read = async (payload: string | Buffer, headers: Record<string, string> = {}): Promise<Answer> => {
    const answer = await app.inject({ method: 'POST', url: '/get-online-features', payload, headers });
    return { status: answer.statusCode, headers: answer.headers, text: answer.body };
  };
  const close = async (): Promise<void> => {
    await app.close();
    rmSync(repo, { recursive: true });
  };
  return { app, jobs, repo, read, close };
}
