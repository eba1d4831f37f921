import { UnavailableError } from '../../../common/errors/errors.js';
import type { CommandWriter } from './command-writer.js';
import type { Exchange, ExchangePart } from './exchange.js';
import { redisReplyFailure } from './redis-failure.js';
import { RedisProtocolError } from './redis-protocol-error.js';
import { SCALAR } from './reply-reader.js';

/** What goes to the server at once. */
const PART_COMMANDS = 500;
const PART_BYTES = 256 * 1024;
/** How often in a row a script is loaded again, that somebody removes from the server, before any call of it is done. */
const SCRIPT_LOADS = 3;

const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;

/** Commands that are answered with an integer each. */
export interface WriteCommands {
  readonly count: number;
  /** The script that they call; loaded when the server does not have it. */
  readonly script: string | undefined;
  write(writer: CommandWriter, command: number): void;
  integer(command: number, reply: number): void;
  /** The command was refused; with true the others are done nevertheless. */
  survives(failure: Error): boolean;
}

/**
 * Sends commands in parts and hears their replies. Commands are done in their order, except that calls of a script which
 * the server has lost are made again later.
 */
export class WriteExchange implements Exchange {
  /** Resolves when all commands are done; rejected as soon as one fails, and then no further part is sent. */
  readonly done: Promise<void>;
  settled = false;
  /** The server said that it is a replica. */
  metReplica = false;
  private readonly resolve: () => void;
  private readonly reject: (error: unknown) => void;
  private next = 0;
  /** Commands whose script was not there. */
  private again: number[] = [];
  private loads = 0;
  private left: number;

  constructor(private readonly commands: WriteCommands) {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.done = promise;
    this.resolve = resolve;
    this.reject = reject;
    this.left = commands.count;
    if (this.left === 0) this.settle();
  }

  get allSent(): boolean {
    return this.next === this.commands.count && this.again.length === 0;
  }

  sendPart(writer: CommandWriter): ExchangePart {
    const { commands } = this;
    const maxLength = writer.length + PART_BYTES;
    const withLoad = this.again.length > 0;
    if (withLoad) this.writeLoad(writer);
    const sent: number[] = [];
    while (sent.length < PART_COMMANDS && writer.length < maxLength && !this.allSent) {
      const command = this.again.pop() ?? this.next++;
      commands.write(writer, command);
      sent.push(command);
    }
    return new WritePart(this, sent, withLoad);
  }

  fail(error: unknown): void {
    if (this.settled) return;
    this.settled = true;
    this.reject(error);
  }

  replied(command: number, reply: number): void {
    if (this.settled) return;
    this.loads = 0;
    this.commands.integer(command, reply);
    this.finish();
  }

  /** `command` is undefined for the loading of the script. */
  refused(command: number | undefined, text: string): void {
    if (this.settled) return;
    if (command !== undefined && this.commands.script !== undefined && text.startsWith('NOSCRIPT')) {
      this.sendAgain(command);
      return;
    }
    this.metReplica ||= text.startsWith('READONLY');
    const failure = redisReplyFailure(text);
    if (command === undefined || !this.commands.survives(failure)) this.fail(failure);
    else this.finish();
  }

  private sendAgain(command: number): void {
    if (this.loads < SCRIPT_LOADS) this.again.push(command);
    else this.fail(new UnavailableError('the online store (Redis) keeps losing its scripts'));
  }

  private writeLoad(writer: CommandWriter): void {
    this.loads++;
    writer.command('SCRIPT', 'LOAD', this.commands.script ?? '');
  }

  private finish(): void {
    if (--this.left === 0) this.settle();
  }

  private settle(): void {
    this.settled = true;
    this.resolve();
  }
}

/** Takes the replies to some commands, perhaps after that to the loading of the script. */
class WritePart implements ExchangePart {
  readonly replies: number;
  private reply: number;

  constructor(
    private readonly exchange: WriteExchange,
    private readonly commands: readonly number[],
    withLoad: boolean,
  ) {
    this.reply = withLoad ? -1 : 0;
    this.replies = commands.length - this.reply;
  }

  get elements(): number {
    return this.replies;
  }

  begin(length: number): void {
    if (length !== SCALAR) throw new RedisProtocolError('a list where a number was due');
  }

  element(_index: number, bytes: Uint8Array, start: number, end: number): void {
    const command = this.commands[this.reply];
    if (command !== undefined) this.exchange.replied(command, integer(bytes, start, end));
  }

  none(): void {
    throw new RedisProtocolError('nothing where a number was due');
  }

  nested(): void {}

  error(_index: number, text: string): void {
    this.exchange.refused(this.commands[this.reply], text);
  }

  end(): void {
    this.reply++;
  }
}

/** Errors: RedisProtocolError for other bytes. */
function integer(bytes: Uint8Array, start: number, end: number): number {
  const isNegative = bytes[start] === MINUS;
  let value = 0;
  for (let at = isNegative ? start + 1 : start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte < ZERO || byte > NINE) throw new RedisProtocolError('a text where a number was due');
    value = 10 * value + byte - ZERO;
  }
  return isNegative ? -value : value;
}
