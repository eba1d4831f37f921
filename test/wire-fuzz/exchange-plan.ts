import { createHash } from 'node:crypto';

import { SeededRandom } from '../support/random.ts';
import { fuzzedBody } from './bodies.ts';
import { cut, plainRequest, type WireRequest, wireRequest } from './wire-request.ts';

/** What a client does on its connection at one go. */
export type ExchangePlan =
  | { readonly kind: 'requests'; readonly requests: readonly WireRequest[] }
  /** A part of a request, then the end of the connection. */
  | { readonly kind: 'abort'; readonly segments: readonly Buffer[]; readonly pauseMs: number };

const MOST_PIPELINED = 6;

/** The exchange of a number: the same for the same seed, whatever came before it. */
export function exchangePlan(seed: number, index: number, valid: readonly Buffer[]): ExchangePlan {
  const digest = createHash('sha256').update(`${seed} ${index}`).digest();
  const random = new SeededRandom(digest.readUInt32LE());
  const draw = random.next();
  if (draw < 0.04) return abortPlan(random, valid);
  if (draw < 0.08) return pipelinedPlan(random, valid);
  return { kind: 'requests', requests: [wireRequest(random, fuzzedBody(random, valid))] };
}

function abortPlan(random: SeededRandom, valid: readonly Buffer[]): ExchangePlan {
  const { segments } = wireRequest(random, fuzzedBody(random, valid));
  const bytes = Buffer.concat(segments);
  const isWhole = random.chance(0.3);
  const part = isWhole ? bytes : bytes.subarray(0, random.integer(0, bytes.length));
  return {
    kind: 'abort',
    segments: cut(random, part, random.integer(1, 3)),
    pauseMs: random.pick([0, 0, 1, 5]),
  };
}

/** Several requests before the first answer. */
function pipelinedPlan(random: SeededRandom, valid: readonly Buffer[]): ExchangePlan {
  const bodies = Array.from({ length: random.integer(2, MOST_PIPELINED) }, () => fuzzedBody(random, valid));
  return { kind: 'requests', requests: bodies.map(plainRequest) };
}
