import { answerDifference } from '../conformance/compare.ts';
import type { Answer, Exchange, RecordedRequest } from '../conformance/exchange.ts';
import { send } from '../conformance/http-client.ts';
import { SeededRandom } from '../support/random.ts';
import type { RunningServer } from '../support/server-process.ts';
import { columnGroups, type GeneratedRequest, generatedRequest, type RepoShape } from './requests.ts';

export interface AnswerCampaign {
  readonly feast: RunningServer;
  readonly salver: RunningServer;
  readonly shape: RepoShape;
  readonly seed: number;
  /** How many. */
  readonly requests: number;
}

export interface CampaignResult {
  /** A text for each request that Salver answers differently from what it owes. */
  readonly problems: readonly string[];
  /** How often Feast answered with each status. */
  readonly statuses: ReadonlyMap<number, number>;
}

/** Sends generated requests to both servers and holds their answers against each other. */
export async function compareAnswers(campaign: AnswerCampaign): Promise<CampaignResult> {
  const { feast, salver, shape, seed, requests } = campaign;
  const random = new SeededRandom(seed);
  const problems: string[] = [];
  const statuses = new Map<number, number>();
  for (let index = 0; index < requests; index += 1) {
    const request = generatedRequest(random, shape);
    const [wanted, got] = await Promise.all([
      send(feast.baseUrl, readRequest(request.body)),
      send(salver.baseUrl, readRequest(request.body)),
    ]);
    statuses.set(wanted.status, (statuses.get(wanted.status) ?? 0) + 1);
    const found = answerProblem(request, wanted, got);
    if (found !== undefined) problems.push(`${request.body}\n  ${found}`);
  }
  return { problems, statuses };
}

/** A read with `body` as its text. */
export function readRequest(body: string): RecordedRequest {
  const headers = { 'content-type': 'application/json' };
  return { method: 'POST', path: '/get-online-features', headers, body_text: body };
}

/** Feast's answer as a recording that Salver's is held against. */
function asExchange({ body, views }: GeneratedRequest, feast: Answer): Exchange {
  const contentType = feast.headers['content-type'] ?? '';
  const response = { status: feast.status, headers: { 'content-type': contentType }, body_text: feast.text };
  const parsed = JSON.parse(feast.text) as { metadata?: { feature_names: string[] } };
  const columns = columnGroups(parsed.metadata?.feature_names ?? [], views);
  return {
    name: body,
    endpoint: '',
    request: readRequest(body),
    response: { ...response, body: parsed },
    columns,
  };
}

/** Why Salver's answer is not the one it owes after Feast's; undefined when it is. */
export function answerProblem(request: GeneratedRequest, feast: Answer, salver: Answer): string | undefined {
  if (feast.status === 500) {
    const isClientError = salver.status >= 400 && salver.status < 500;
    return isClientError ? undefined : `Feast 500 (${feast.text}), Salver ${salver.status} (${salver.text})`;
  }
  return answerDifference(asExchange(request, feast), salver, { numbers: 'text', origin: '' });
}
