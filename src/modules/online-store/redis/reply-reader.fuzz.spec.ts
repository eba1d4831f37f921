import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf, everyByte, hear, reply } from '../../../../test/support/reply-events.js';
import { RedisProtocolError } from './redis-protocol-error.js';

interface Sample {
  readonly stream: string;
  /** As an element of a reply, at `index`. */
  readonly events: (index: number) => string[];
}

const text = fc.string({ unit: 'binary-ascii', maxLength: 30 });
const lineText = text.map((content) => content.replaceAll(/[\r\n]/g, '.'));

const single: fc.Arbitrary<Sample> = fc.oneof(
  {
    weight: 6,
    arbitrary: text.map((content) => ({
      stream: `$${content.length}\r\n${content}\r\n`,
      events: (index: number) => [`${index}=${content}`],
    })),
  },
  fc.constantFrom('$-1\r\n', '_\r\n', '*-1\r\n').map((stream) => ({
    stream,
    events: (index: number) => [`${index} none`],
  })),
  lineText.map((content) => ({
    stream: `+${content}\r\n`,
    events: (index: number) => [`${index}=${content}`],
  })),
  lineText.map((content) => ({
    stream: `-E${content}\r\n`,
    events: (index: number) => [`${index} error E${content}`],
  })),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((number) => ({
    stream: `:${number}\r\n`,
    events: (index: number) => [`${index}=${number}`],
  })),
);

const nested: fc.Arbitrary<Sample> = fc
  .tuple(fc.constantFrom('*', '~'), fc.array(single, { maxLength: 4 }))
  .map(([type, items]) => ({
    stream: `${type}${items.length}\r\n${items.map(({ stream }) => stream).join('')}`,
    events: (index: number) => [`${index} nested`],
  }));

const attribute = fc
  .option(single, { freq: 8, nil: undefined })
  .map((item) => (item ? `|1\r\n+key\r\n${item.stream}` : ''));

const element = fc
  .tuple(attribute, fc.oneof({ weight: 8, arbitrary: single }, nested))
  .map(([before, sample]): Sample => ({ ...sample, stream: before + sample.stream }));

const wholeReply: fc.Arbitrary<{ stream: string; events: string[] }> = fc
  .array(element, { maxLength: 12 })
  .map((elements) => ({
    stream: `*${elements.length}\r\n${elements.map(({ stream }) => stream).join('')}`,
    events: reply(`begin ${elements.length}`, ...elements.flatMap(({ events }, index) => events(index))),
  }));

const push = nested.map(({ stream }) => ({ stream: `>${stream.slice(1)}`, events: [] as string[] }));
const pipeline = fc
  .array(fc.oneof({ weight: 5, arbitrary: wholeReply }, push), { maxLength: 6 })
  .map((replies) => ({
    stream: bytesOf(replies.map(({ stream }) => stream).join('')),
    events: replies.flatMap(({ events }) => events),
  }));
const cuts = fc.array(fc.nat(400), { maxLength: 40 });

describe('any slicing', () => {
  it('gives the same events', async () => {
    await fc.assert(
      fc.asyncProperty(pipeline, cuts, async ({ stream, events }, at) => {
        expect(await hear(stream, at)).toEqual({ events, error: undefined });
      }),
      { numRuns: 1500 },
    );
  });

  it('gives the same events and the same typed error where bytes were changed', async () => {
    const changes = fc.array(
      fc.tuple(fc.nat(400), fc.oneof(fc.nat(255), fc.constantFrom(...bytesOf('*$%~|>+-:,#(_=!\r\n0919')))),
      { minLength: 1, maxLength: 4 },
    );
    let errors = 0;
    await fc.assert(
      fc.asyncProperty(pipeline, changes, cuts, async ({ stream }, changed, at) => {
        for (const [index, byte] of changed) if (index < stream.length) stream[index] = byte;
        const whole = await hear(stream);
        if (whole.error !== undefined) errors++;
        expect(whole.error === undefined || whole.error instanceof RedisProtocolError).toBe(true);
        expect(await hear(stream, at)).toEqual(whole);
        expect(await hear(stream, everyByte(stream))).toEqual(whole);
      }),
      { numRuns: 2000 },
    );
    expect(errors).toBeGreaterThan(200);
  });

  it('ends typed, whatever the bytes are', async () => {
    const alphabet = fc.constantFrom(...bytesOf('*$%~|>+-:,#(_=!\r\n\r\n0123ab'));
    await fc.assert(
      fc.asyncProperty(fc.array(alphabet, { maxLength: 60 }), cuts, async (bytes, at) => {
        const stream = Buffer.from(bytes);
        const whole = await hear(stream);
        expect(whole.error === undefined || whole.error instanceof RedisProtocolError).toBe(true);
        expect(await hear(stream, at)).toEqual(whole);
      }),
      { numRuns: 3000 },
    );
  });
});
