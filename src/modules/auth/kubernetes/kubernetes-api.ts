import { readFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import { join } from 'node:path';
import { SERVICE_ACCOUNT_FILES } from '../../../common/config/auth-checks.js';
import { callJson, type JsonAnswer, UpstreamError } from '../json-call.js';

export interface KubernetesApiOptions {
  readonly host: string;
  readonly port: number;
  /** The folder of the service account: token, CA and namespace. */
  readonly mount: string;
  /** For one call. */
  readonly timeoutMs: number;
}

const MAX_BYTES = 33_554_432;
const MAX_CONNECTIONS = 16;

/**
 * The API of the cluster that this server runs in, asked in the name of its own service account. Token and CA are read
 * for each call: the cluster replaces them while the server runs.
 */
export class KubernetesApi {
  private readonly origin: string;
  private ca = '';
  private agent: Agent | undefined;

  constructor(private readonly options: KubernetesApiOptions) {
    const { host, port } = options;
    this.origin = `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
  }

  /** `path` begins with a slash. With a body it is a POST. Errors: UpstreamError. */
  async call(path: string, body?: unknown): Promise<JsonAnswer> {
    const [token, ca] = await Promise.all([
      this.mounted(SERVICE_ACCOUNT_FILES.token),
      this.mounted(SERVICE_ACCOUNT_FILES.ca),
    ]);
    const agent = this.agentFor(ca);
    return callJson({
      url: new URL(this.origin + path),
      agentOf: () => agent,
      timeoutMs: this.options.timeoutMs,
      maxBytes: MAX_BYTES,
      headers: { authorization: `Bearer ${token}` },
      ...(body !== undefined && { body }),
    });
  }

  /** Of this server. Errors: UpstreamError. */
  async ownNamespace(): Promise<string> {
    return this.mounted(SERVICE_ACCOUNT_FILES.namespace);
  }

  close(): void {
    this.agent?.destroy();
  }

  private async mounted(name: string): Promise<string> {
    try {
      return (await readFile(join(this.options.mount, name), 'utf8')).trim();
    } catch (error) {
      throw new UpstreamError(`the file ${name} of the mounted service account cannot be read`, {
        cause: error,
      });
    }
  }

  private agentFor(ca: string): Agent {
    if (this.agent === undefined || this.ca !== ca) {
      // Calls under way finish on the old one.
      this.agent = new Agent({
        ca,
        keepAlive: true,
        maxSockets: MAX_CONNECTIONS,
        timeout: this.options.timeoutMs,
      });
      this.ca = ca;
    }
    return this.agent;
  }
}
