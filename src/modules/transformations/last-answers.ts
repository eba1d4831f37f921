import { fstatSync, readSync, writeSync } from 'node:fs';
import { CONNECTION, ENTRY, wordOf } from '../http/connection-table.js';

/** What ran when the process stood still. */
export interface Guilty {
  readonly slot: number;
  readonly viewName: string;
  readonly afterMs: number;
}

const REPLACED = lastAnswer(
  '503 Service Unavailable',
  'The process that had this request is replaced: try again in a moment',
  'retry-after: 1\r\n',
);
const scratch = Buffer.allocUnsafeSlow(1 << 16);

/**
 * Answers on the connections of a process that stands still, from another thread: whoever asked for what never ends, all
 * whose requests are under way, and those whose requests have come and were not read.
 *
 * Returns: how many were answered.
 */
export function answerAll(connections: Int32Array, guilty: Guilty | undefined): number {
  let answered = 0;
  for (let slot = 0; slot * ENTRY.LENGTH < connections.length; slot++) {
    const entry = connections.subarray(slot * ENTRY.LENGTH, (slot + 1) * ENTRY.LENGTH);
    try {
      if (isAsking(entry) && send(entry, guilty?.slot === slot ? endless(guilty) : REPLACED)) answered++;
    } catch {
      // Gone, or so slow that its buffer is full.
    }
  }
  return answered;
}

/** A request is under way, or has come; nothing of an answer was sent. */
function isAsking(entry: Int32Array): boolean {
  const state = entry[ENTRY.STATE];
  if (state !== CONNECTION.IDLE && state !== CONNECTION.BUSY) return false;
  const fd = entry[ENTRY.FD] as number;
  // A descriptor that was closed meanwhile may be that of a file now.
  const stats = fstatSync(fd);
  if (!stats.isSocket() || wordOf(stats.ino) !== entry[ENTRY.INODE]) return false;
  // What is not read makes the system reset the connection, and the answer would be lost.
  return readAll(fd) || state === CONNECTION.BUSY;
}

function send(entry: Int32Array, answer: Buffer): boolean {
  return writeSync(entry[ENTRY.FD] as number, answer) === answer.length;
}

/** Whether there was anything. */
function readAll(fd: number): boolean {
  let isThere = false;
  try {
    while (readSync(fd, scratch) > 0) isThere = true;
  } catch {
    // There is no more, yet.
  }
  return isThere;
}

/** No `retry-after`: the same request would cost the next process. */
function endless({ viewName, afterMs }: Guilty): Buffer {
  const what = `its function did not end within ${Math.round(afterMs)} ms and was cut off`;
  return lastAnswer('504 Gateway Timeout', `On-demand feature view ${viewName}: ${what}`);
}

function lastAnswer(status: string, message: string, headers = ''): Buffer {
  const body = JSON.stringify(message);
  const length = Buffer.byteLength(body);
  const fixed = `content-type: application/json\r\ncontent-length: ${length}\r\nconnection: close\r\n`;
  return Buffer.from(`HTTP/1.1 ${status}\r\n${fixed}${headers}\r\n${body}`);
}
