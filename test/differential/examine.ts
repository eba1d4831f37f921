import type { Answer, RecordedRequest } from '../conformance/exchange.ts';
import { brokenRule } from '../conformance/policy.ts';
import type { RepoShape } from './repo-shape.ts';
import { type RequestDraft, requestOf } from './request-draft.ts';
import { type ServedInstead, type Twin, twinOf } from './twin.ts';
import { judged, type Pair, type Verdict } from './verdict.ts';

/** Both servers on copies of one repo. */
export interface Servers {
  readonly feast: (request: RecordedRequest) => Promise<Answer>;
  readonly salver: (request: RecordedRequest) => Promise<Answer>;
}

export interface Subject {
  readonly servers: Servers;
  readonly shape: RepoShape;
  readonly instead: ServedInstead;
}

export interface Examined {
  readonly pair: Pair;
  readonly verdict: Verdict;
}

/** Asks both servers and judges; where Salver differs on purpose, after what Feast answers to the twin of the request. */
export async function examined(draft: RequestDraft, subject: Subject): Promise<Examined> {
  const request = requestOf(draft);
  const { servers } = subject;
  const [feast, salver] = await Promise.all([servers.feast(request), servers.salver(request)]);
  const pair = { draft, feast, salver };
  return { pair, verdict: await verdictOf(pair, subject) };
}

async function verdictOf(pair: Pair, subject: Subject): Promise<Verdict> {
  const twin = twinOf(pair.draft, pair.feast, subject.instead);
  if (twin === undefined) return judged(pair, subject.shape);
  const feast = await subject.servers.feast(requestOf(twin.draft));
  const verdict = await twinVerdict(twin, { draft: twin.draft, feast, salver: pair.salver }, subject);
  return verdict.kind === 'different' ? verdict : { kind: 'deliberate', rule: twin.rule };
}

async function twinVerdict(twin: Twin, pair: Pair, subject: Subject): Promise<Verdict> {
  if (twin.owes === 'answer' || pair.feast.status !== 200) return verdictOf(pair, subject);
  const exchange = { name: twin.rule, endpoint: '', request: requestOf(twin.draft), response: pair.feast };
  const why = brokenRule({ id: twin.rule, expect: 'ok' }, exchange, pair.salver, false);
  return why === undefined ? { kind: 'same' } : { kind: 'different', why: `Feast serves its twin: ${why}` };
}
