import { CorruptDataError } from '../../../common/errors/errors.js';
import type { CommandWriter } from './command-writer.js';
import type { KeyRows, RedisRows } from './redis-rows.js';
import { DAMAGED_TIME, NEWEST_ROW_SCRIPT } from './redis-write-script.js';
import type { WriteCommands } from './write-exchange.js';

/** What has come of the rows of a batch. A key that is damaged does not keep the others from being written. */
abstract class RowCommands implements WriteCommands {
  abstract readonly count: number;
  abstract readonly script: string | undefined;
  written = 0;
  /** Rows whose stored event time, or whose key, is damaged: they stay as they are. */
  damage: CorruptDataError | undefined;

  abstract write(writer: CommandWriter, command: number): void;
  abstract integer(command: number, reply: number): void;

  survives(failure: Error): boolean {
    if (!(failure instanceof CorruptDataError)) return false;
    this.damage ??= failure;
    return true;
  }
}

/** One call of the script for each key. */
export class ScriptCommands extends RowCommands {
  override readonly count: number;
  override readonly script = NEWEST_ROW_SCRIPT;
  private readonly keys: readonly KeyRows[];

  constructor(
    private readonly rows: RedisRows,
    private readonly ttlSeconds: number,
  ) {
    super();
    this.keys = rows.byKey();
    this.count = this.keys.length;
  }

  override write(writer: CommandWriter, command: number): void {
    this.rows.writeScriptCall(writer, this.keys[command]!, this.ttlSeconds);
  }

  override integer(_command: number, reply: number): void {
    if (reply !== DAMAGED_TIME) this.written += reply;
    else
      this.damage ??= new CorruptDataError('a stored event time in the online store (Redis) does not decode');
  }
}

/** One HSET for each row, in their order, and after it one EXPIRE where keys expire. */
export class HsetCommands extends RowCommands {
  override readonly count: number;
  override readonly script = undefined;
  private readonly perRow: number;

  constructor(
    private readonly rows: RedisRows,
    private readonly ttlSeconds: number,
  ) {
    super();
    this.perRow = ttlSeconds === 0 ? 1 : 2;
    this.count = rows.count * this.perRow;
  }

  override write(writer: CommandWriter, command: number): void {
    const row = Math.floor(command / this.perRow);
    if (command % this.perRow === 0) this.rows.writeHset(writer, row);
    else this.rows.writeExpire(writer, row, this.ttlSeconds);
  }

  override integer(command: number): void {
    if (command % this.perRow === 0) this.written++;
  }
}
