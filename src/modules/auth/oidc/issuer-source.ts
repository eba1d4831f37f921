import { readFileSync } from 'node:fs';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import type { JSONWebKeySet } from 'jose';
import { callJson, UpstreamError } from '../json-call.js';
import { type DiscoveryDocument, parseDiscoveryDocument } from './discovery-document.js';

export interface IssuerSourceOptions {
  readonly discoveryUrl: string;
  readonly verifyCertificate: boolean;
  /** Trusted besides the authorities of the system and of Node. */
  readonly caPath: string | undefined;
  /** For one document. */
  readonly timeoutMs: number;
}

/** Both documents are of a few kilobytes. */
const MAX_BYTES = 1_048_576;
const MAX_REDIRECTS = 3;

/** Fetches the documents of an issuer. */
export class IssuerSource {
  private readonly discoveryUrl: URL;
  private readonly plain = new HttpAgent();
  private secure: HttpsAgent | undefined;

  constructor(private readonly options: IssuerSourceOptions) {
    this.discoveryUrl = new URL(options.discoveryUrl);
  }

  /** Errors: UpstreamError. */
  async discover(): Promise<DiscoveryDocument> {
    return parseDiscoveryDocument(
      await this.fetch(this.discoveryUrl, 'the discovery document'),
      this.discoveryUrl,
    );
  }

  /** Errors: UpstreamError. What is in the set is not checked here. */
  async keys(url: URL): Promise<JSONWebKeySet> {
    const body = await this.fetch(url, 'the key set');
    const { keys } = (body ?? {}) as { keys?: unknown };
    if (!Array.isArray(keys)) throw new UpstreamError('the key set has no keys');
    return body as JSONWebKeySet;
  }

  close(): void {
    this.plain.destroy();
    this.secure?.destroy();
  }

  private async fetch(url: URL, what: string): Promise<unknown> {
    const { timeoutMs } = this.options;
    const agentOf = ({ protocol }: URL) => (protocol === 'https:' ? this.secureAgent() : this.plain);
    const call = { url, agentOf, timeoutMs, maxBytes: MAX_BYTES, maxRedirects: MAX_REDIRECTS };
    const { status, body } = await callJson(call).catch((error: unknown) => {
      throw error instanceof UpstreamError
        ? new UpstreamError(`${what}: ${error.message}`, { cause: error })
        : error;
    });
    if (status !== 200) throw new UpstreamError(`${what}: status ${status}`);
    if (body === undefined) throw new UpstreamError(`${what} is not JSON`);
    return body;
  }

  /** Made when it is needed: reading the authorities of the system takes a while. */
  private secureAgent(): HttpsAgent {
    const { verifyCertificate } = this.options;
    this.secure ??= new HttpsAgent({
      rejectUnauthorized: verifyCertificate,
      ...(verifyCertificate && { secureContext: this.trusted() }),
    });
    return this.secure;
  }

  private trusted(): SecureContext {
    const { caPath } = this.options;
    const own = caPath === undefined ? [] : [readFileSync(caPath, 'utf8')];
    return createSecureContext({
      ca: [...getCACertificates('default'), ...getCACertificates('system'), ...own],
    });
  }
}
