import type { ReadPlan } from '../../../common/model/read-plan.js';
import { type CommandWriter, encodeBulk } from './command-writer.js';
import { redisField, redisKey, redisTimeField } from './redis-row.codec.js';

/** In `fieldOf`: the event time of the view. */
export const EVENT_TIME = -1;

/**
 * What one HMGET asks of the hash of an entity: some views, each with its event time first and then its features.
 *
 * Shape:  `viewOf`, `fieldOf` and `partOf` say for each element of the reply the view of the plan, the field of the
 *         view (or `EVENT_TIME`), and which of the lists of views that it was made of the view came from.
 */
export class HashFields {
  readonly length: number;
  readonly viewOf: Int32Array;
  readonly fieldOf: Int32Array;
  readonly partOf: Int32Array;
  /** All of the command before the length of the key, and all behind the entity key. */
  private readonly head: Uint8Array;
  private readonly tail: Uint8Array;
  private readonly projectLength: number;

  /** `parts`: lists of views, as their numbers in the plan. */
  constructor(plan: ReadPlan, parts: readonly (readonly number[])[]) {
    const views: number[] = [];
    const fields: number[] = [];
    const partNumbers: number[] = [];
    const encoded: Uint8Array[] = [];
    const add = (part: number, view: number, field: number, name: Uint8Array): void => {
      partNumbers.push(part);
      views.push(view);
      fields.push(field);
      encoded.push(encodeBulk(name));
    };
    parts.forEach((list, part) => {
      for (const view of list) {
        const { viewName, version, features } = plan.views[view]!;
        add(part, view, EVENT_TIME, redisTimeField(viewName, version));
        features.forEach((feature, field) => add(part, view, field, redisField(viewName, version, feature)));
      }
    });
    this.length = views.length;
    this.viewOf = Int32Array.from(views);
    this.fieldOf = Int32Array.from(fields);
    this.partOf = Int32Array.from(partNumbers);
    const afterEntityKey = redisKey(new Uint8Array(0), plan.project);
    this.projectLength = afterEntityKey.length;
    this.head = Buffer.concat([Buffer.from(`*${views.length + 2}\r\n`), encodeBulk('HMGET')]);
    this.tail = Buffer.concat([afterEntityKey, Buffer.from('\r\n'), ...encoded]);
  }

  /** The command for one entity. */
  write(writer: CommandWriter, entityKey: Uint8Array): void {
    writer.keyed(this.head, entityKey.length + this.projectLength, entityKey, this.tail);
  }
}
