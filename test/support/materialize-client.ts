import { setTimeout as delay } from 'node:timers/promises';

export interface JobDocument {
  readonly job_id: string;
  readonly status: string;
  readonly cancel_requested: boolean;
  readonly feature_views: readonly {
    readonly name: string;
    readonly status: string;
    readonly reason?: string | null;
    readonly rows_written?: number;
  }[];
}

export interface MaterializeReply {
  readonly status: number;
  readonly body: unknown;
  readonly jobId: string | null;
}

const END_LIMIT_MS = 180_000;

/** Calls the routes of materialization. */
export class MaterializeClient {
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  async post(path: string, body: object, headers: Record<string, string> = {}): Promise<MaterializeReply> {
    const answer = await fetch(`${this.url}${path}`, { method: 'POST', body: JSON.stringify(body), headers });
    return {
      status: answer.status,
      body: await answer.json(),
      jobId: answer.headers.get('x-materialization-job-id'),
    };
  }

  async jobs(): Promise<readonly JobDocument[]> {
    const answer = await fetch(`${this.url}/materialize/jobs`);
    return ((await answer.json()) as { jobs: readonly JobDocument[] }).jobs;
  }

  async job(id: string): Promise<JobDocument> {
    return (await (await fetch(`${this.url}/materialize/jobs/${id}`)).json()) as JobDocument;
  }

  async cancel(id: string): Promise<JobDocument> {
    const answer = await fetch(`${this.url}/materialize/jobs/${id}`, { method: 'DELETE' });
    return (await answer.json()) as JobDocument;
  }

  /** Errors: an Error when the job does not end in time. */
  async ended(id: string): Promise<JobDocument> {
    for (const giveUpAt = Date.now() + END_LIMIT_MS; Date.now() < giveUpAt; await delay(50)) {
      const job = await this.job(id);
      if (job.status !== 'queued' && job.status !== 'running') return job;
    }
    throw new Error(`job ${id} does not end`);
  }

  /** The status of a read of a view. */
  async read(feature: string, entities: object): Promise<{ status: number; text: string }> {
    const answer = await fetch(`${this.url}/get-online-features`, {
      method: 'POST',
      body: JSON.stringify({ features: [feature], entities }),
    });
    return { status: answer.status, text: await answer.text() };
  }
}
