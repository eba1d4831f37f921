import { readFileSync } from 'node:fs';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent, type AgentOptions } from 'node:https';
import { createSecureContext, getCACertificates } from 'node:tls';
import type { JSONWebKeySet } from 'jose';
import { isLoopback } from '../../../common/config/auth-checks.js';
import type { Environment } from '../../../common/config/environment-substitution.js';
import { callJson, UpstreamError } from '../json-call.js';
import { type DiscoveryDocument, parseDiscoveryDocument } from './discovery-document.js';

export interface IssuerSourceOptions {
  readonly discoveryUrl: string;
  readonly verifyCertificate: boolean;
  /** Trusted besides the authorities of the system and of Node. */
  readonly caPath: string | undefined;
  /** For one document. */
  readonly timeoutMs: number;
  /** `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, which count as they do for Feast. */
  readonly env: Environment;
}

/** Both documents are of a few kilobytes. */
const MAX_BYTES = 1_048_576;
const MAX_REDIRECTS = 3;

/** Fetches the documents of an issuer. */
export class IssuerSource {
  private readonly discoveryUrl: URL;
  private readonly agents = new Map<string, HttpAgent>();

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
    for (const agent of this.agents.values()) agent.destroy();
  }

  private async fetch(url: URL, what: string): Promise<unknown> {
    const { timeoutMs } = this.options;
    const agentOf = (to: URL) => this.agentFor(to);
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
  private agentFor({ protocol, hostname }: URL): HttpAgent {
    const direct = isLoopback(hostname);
    const key = `${protocol} ${direct}`;
    const known = this.agents.get(key);
    if (known !== undefined) return known;
    const options = direct ? {} : { proxyEnv: { ...this.options.env } };
    const agent =
      protocol === 'https:' ? new HttpsAgent({ ...options, ...this.trust() }) : new HttpAgent(options);
    this.agents.set(key, agent);
    return agent;
  }

  private trust(): AgentOptions {
    const { caPath, verifyCertificate } = this.options;
    if (!verifyCertificate) return { rejectUnauthorized: false };
    const own = caPath === undefined ? [] : [readFileSync(caPath, 'utf8')];
    const ca = [...getCACertificates('default'), ...getCACertificates('system'), ...own];
    return { rejectUnauthorized: true, secureContext: createSecureContext({ ca }) };
  }
}
