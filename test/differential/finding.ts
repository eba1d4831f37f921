import type { Answer } from '../conformance/exchange.ts';
import type { Examined } from './examine.ts';
import { bodyText, READ_PATH } from './request-draft.ts';

/** A difference that nothing explains, as small as it gets, and how often its like was seen. */
export interface Finding {
  readonly target: string;
  readonly index: number;
  readonly smallest: Examined;
  count: number;
}

export interface CampaignResult {
  readonly target: string;
  readonly passed: number;
  readonly findings: readonly Finding[];
  /** How often Feast answered each status. */
  readonly statuses: ReadonlyMap<number, number>;
  /** Deliberate differences: rule → how often. */
  readonly deliberate: ReadonlyMap<string, number>;
}

const MOST_SHOWN = 1_500;

/** A difference with all that is needed to send it again. */
export function findingText({ target, index, smallest: { pair, verdict } }: Finding, seed: number): string {
  const { draft } = pair;
  const why = verdict.kind === 'different' ? verdict.why : '';
  return [
    `── ${target}, request ${index}, seed ${seed}`,
    `   ${why.slice(0, MOST_SHOWN)}`,
    `   again:   ${draft.path === READ_PATH ? '' : '--writes '}--repo ${target} --seed ${seed} --from ${index} --requests 1`,
    `   request: ${draft.path} ${draft.contentType ?? 'no content type'}  ${shown(bodyText(draft))}`,
    `   Feast:   ${answerText(pair.feast)}`,
    `   Salver:  ${answerText(pair.salver)}`,
  ].join('\n');
}

function answerText({ status, text }: Answer): string {
  return `${status} ${shown(text)}`;
}

function shown(text: string): string {
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}… (${text.length} characters)` : text;
}

/** Two differences are alike when they are in the same place, or statuses and words are the same but for names and values. */
export function kindOf({ pair, verdict }: Examined): string {
  const why = verdict.kind === 'different' ? verdict.why : '';
  if (why.startsWith('$.results')) return generalised(why.split(':', 1)[0] ?? '');
  const said = pair.feast.status >= 400 ? generalised(pair.feast.text.replace(/^"|"$/g, '')) : '';
  return `${pair.feast.status} ${pair.salver.status} ${generalised(why.split('(', 1)[0] ?? '')} ${said}`;
}

function generalised(text: string): string {
  return text
    .replace(/\\?["'][^"']*\\?["']/g, '…')
    .replace(/[\d.:-]+/g, '#')
    .slice(0, 60);
}
