import { parseJobTime } from './job-time.js';

export function parseLooseTime(text: string, _nowMicros: number): number {
  return parseJobTime(text);
}
