import {
  type ReplyHandler,
  type ReplyQueue,
  ReplyReader,
} from '../../src/modules/online-store/redis/reply-reader.js';
import { errorOf } from './stored-rows.js';

/** Writes down what a reply reader tells. */
export class ReplyEvents implements ReplyHandler, ReplyQueue {
  readonly events: string[] = [];

  handlerOfNext(): ReplyHandler {
    this.events.push('reply');
    return this;
  }

  replyEnded(): void {
    this.events.push('done');
  }

  begin(length: number): void {
    this.events.push(`begin ${length}`);
  }

  element(index: number, bytes: Uint8Array, start: number, end: number): void {
    this.events.push(`${index}=${Buffer.from(bytes.subarray(start, end)).toString('latin1')}`);
  }

  none(index: number): void {
    this.events.push(`${index} none`);
  }

  nested(index: number): void {
    this.events.push(`${index} nested`);
  }

  error(index: number, text: string): void {
    this.events.push(`${index} error ${text}`);
  }

  end(): void {
    this.events.push('end');
  }
}

export interface Heard {
  readonly events: readonly string[];
  readonly error: unknown;
}

export const bytesOf = (text: string): Buffer => Buffer.from(text, 'latin1');

/** Feeds slices of `stream` that end at `cuts`, each in memory that is written over afterwards. */
export async function hear(stream: Buffer, cuts: readonly number[] = []): Promise<Heard> {
  const queue = new ReplyEvents();
  const reader = new ReplyReader(queue);
  const ends = [...cuts.filter((cut) => cut < stream.length).toSorted((a, b) => a - b), stream.length];
  const error = await errorOf(() => {
    let start = 0;
    for (const end of ends) {
      const chunk = Buffer.from(stream.subarray(start, end));
      reader.feed(chunk);
      chunk.fill(0x21);
      start = end;
    }
  });
  return { events: queue.events, error };
}

export const everyByte = (stream: Buffer): number[] => Array.from(stream, (_, index) => index + 1);
/** The events of one reply. */
export const reply = (...events: readonly string[]): string[] => ['reply', ...events, 'end', 'done'];
export const scalar = (event: string): string[] => reply('begin -1', event);
