import type { CommandWriter } from './command-writer.js';
import type { ReplyHandler } from './reply-reader.js';

/** Commands that belong together. They may be sent in several parts, between those of others. */
export interface Exchange {
  /** It has failed or is complete: nothing more is sent for it, and what still comes is passed over. */
  readonly settled: boolean;
  readonly allSent: boolean;
  /** Writes the next part. Called only before `allSent`. */
  sendPart(writer: CommandWriter): ExchangePart;
  /** Does nothing when it is settled. */
  fail(error: unknown): void;
}

/** Takes the replies to one part, in order. */
export interface ExchangePart extends ReplyHandler {
  readonly replies: number;
  /** How many elements the replies have together, about. */
  readonly elements: number;
}
