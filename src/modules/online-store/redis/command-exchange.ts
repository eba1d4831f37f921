import type { CommandWriter } from './command-writer.js';
import type { Exchange, ExchangePart } from './exchange.js';

type Command = readonly (string | Uint8Array)[];

/**
 * A few commands of which only the failures are of interest.
 *
 * Shape:  `done` resolves to one entry per command: the text of the error reply, or undefined.
 */
export class CommandExchange implements Exchange, ExchangePart {
  readonly done: Promise<readonly (string | undefined)[]>;
  readonly replies: number;
  readonly elements: number;
  settled = false;
  allSent = false;
  private readonly resolve: (failures: readonly (string | undefined)[]) => void;
  private readonly reject: (error: unknown) => void;
  private readonly failures: (string | undefined)[] = [];
  private failure: string | undefined;

  constructor(private readonly commands: readonly Command[]) {
    const { promise, resolve, reject } = Promise.withResolvers<readonly (string | undefined)[]>();
    this.done = promise;
    this.resolve = resolve;
    this.reject = reject;
    this.replies = commands.length;
    this.elements = commands.length;
  }

  sendPart(writer: CommandWriter): ExchangePart {
    for (const command of this.commands) writer.command(...command);
    this.allSent = true;
    return this;
  }

  fail(error: unknown): void {
    if (this.settled) return;
    this.settled = true;
    this.reject(error);
  }

  begin(): void {}

  element(): void {}

  none(): void {}

  nested(): void {}

  error(index: number, text: string): void {
    if (index < 0) this.failure = text;
  }

  end(): void {
    this.failures.push(this.failure);
    this.failure = undefined;
    if (this.failures.length < this.replies || this.settled) return;
    this.settled = true;
    this.resolve(this.failures);
  }
}
