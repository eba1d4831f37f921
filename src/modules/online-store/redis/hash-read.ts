import type { CellSink } from '../online-store.js';
import type { CommandWriter } from './command-writer.js';
import type { Exchange, ExchangePart } from './exchange.js';
import { EVENT_TIME, type HashFields } from './hash-fields.js';
import type { HashGroup } from './hash-groups.js';
import { redisReplyFailure } from './redis-failure.js';
import { RedisProtocolError } from './redis-protocol-error.js';
import { decodeRedisTime } from './redis-row.codec.js';

/** A part asks for no more, so that other reads get a turn: some milliseconds of work for the server. */
const MAX_PART_ELEMENTS = 16_384;
const MAX_PART_BYTES = 256 * 1024;

/** A group of entities, and what is asked of each. */
export interface HashQuery {
  readonly group: HashGroup;
  readonly fields: HashFields;
}

/** One read of a plan: a command for each entity; what the replies hold goes to the sink as it comes. */
export class HashRead implements Exchange {
  /** Resolves when all replies have come; rejected as soon as the read has failed. */
  readonly done: Promise<void>;
  settled = false;
  private readonly resolve: () => void;
  private readonly reject: (error: unknown) => void;
  private query = 0;
  private key = 0;
  private keysLeft = 0;

  constructor(
    private readonly queries: readonly HashQuery[],
    readonly sink: CellSink,
    private readonly onSettled: (read: HashRead) => void,
  ) {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.done = promise;
    this.resolve = resolve;
    this.reject = reject;
    for (const { group } of queries) this.keysLeft += group.keys.length;
  }

  get allSent(): boolean {
    return this.query === this.queries.length;
  }

  sendPart(writer: CommandWriter): ExchangePart {
    const query = this.queries[this.query]!;
    const { keys } = query.group;
    const firstKey = this.key;
    const maxKeys = Math.max(1, Math.floor(MAX_PART_ELEMENTS / query.fields.length));
    const lastKey = Math.min(keys.length, firstKey + maxKeys);
    const maxLength = writer.length + MAX_PART_BYTES;
    let key = firstKey;
    do query.fields.write(writer, keys[key++]!);
    while (key < lastKey && writer.length < maxLength);
    this.key = key;
    if (key === keys.length) {
      this.query++;
      this.key = 0;
    }
    return new HashPart(this, query, firstKey, key);
  }

  fail(error: unknown): void {
    if (this.settled) return;
    this.settled = true;
    this.onSettled(this);
    this.reject(error);
  }

  keyRead(): void {
    if (--this.keysLeft > 0 || this.settled) return;
    this.settled = true;
    this.onSettled(this);
    this.resolve();
  }
}

/** Takes the replies for the keys of one group from `key` until `endKey`. */
class HashPart implements ExchangePart {
  readonly replies: number;
  readonly elements: number;
  private readonly length: number;
  private readonly viewOf: Int32Array;
  private readonly fieldOf: Int32Array;
  private readonly partOf: Int32Array;
  private readonly sink: CellSink;
  /** By part: the row of the key that is being read. */
  private readonly rows: Int32Array;
  /** Whether the row of the view that is being read was reported. */
  private hasRow = false;

  constructor(
    private readonly read: HashRead,
    private readonly query: HashQuery,
    private key: number,
    endKey: number,
  ) {
    const { fields, group } = query;
    this.replies = endKey - key;
    this.elements = this.replies * fields.length;
    this.length = fields.length;
    this.viewOf = fields.viewOf;
    this.fieldOf = fields.fieldOf;
    this.partOf = fields.partOf;
    this.sink = read.sink;
    this.rows = new Int32Array(group.parts.length);
  }

  begin(length: number): void {
    if (length !== this.length) throw new RedisProtocolError('a reply has another length than was asked for');
    const { rows } = this.query.group;
    for (let part = 0; part < rows.length; part++) this.rows[part] = rows[part]?.[this.key] ?? this.key;
  }

  element(index: number, bytes: Uint8Array, start: number, end: number): void {
    if (this.read.settled) return;
    const field = this.fieldOf[index]!;
    const view = this.viewOf[index]!;
    const row = this.rows[this.partOf[index]!]!;
    try {
      if (field === EVENT_TIME) {
        this.hasRow = true;
        this.sink.row(view, row, decodeRedisTime(bytes, start, end));
        return;
      }
      // Values without an event time have that of the epoch, as in Feast.
      if (!this.hasRow) {
        this.hasRow = true;
        this.sink.row(view, row, 0);
      }
      this.sink.cell(view, field, row, bytes, start, end);
    } catch (error) {
      this.read.fail(error);
    }
  }

  none(index: number): void {
    if (this.fieldOf[index] === EVENT_TIME) this.hasRow = false;
  }

  nested(): void {
    throw new RedisProtocolError('a value is a list');
  }

  error(_index: number, text: string): void {
    this.read.fail(redisReplyFailure(text));
  }

  end(): void {
    this.key++;
    this.read.keyRead();
  }
}
