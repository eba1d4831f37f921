import { describe, expect, it } from 'vitest';
import {
  bytesOf,
  everyByte,
  hear,
  reply,
  ReplyEvents,
  scalar,
} from '../../../../test/support/reply-events.js';
import { errorOf } from '../../../../test/support/stored-rows.js';
import { RedisProtocolError } from './redis-protocol-error.js';
import { ReplyReader } from './reply-reader.js';

const REPLIES: readonly (readonly [name: string, stream: string, events: readonly string[]])[] = [
  [
    'values and nulls of HMGET',
    '*4\r\n$2\r\n \x07\r\n$-1\r\n$0\r\n\r\n$12\r\nabcdefghijkl\r\n',
    reply('begin 4', '0= \x07', '1 none', '2=', '3=abcdefghijkl'),
  ],
  [
    'values that look like the protocol',
    '*2\r\n$5\r\n$-1\r\n\r\n$4\r\n\r\n*1\r\n',
    reply('begin 2', '0=$-1\r\n', '1=\r\n*1'),
  ],
  ['an empty list', '*0\r\n', reply('begin 0')],
  ['a null list of RESP2', '*-1\r\n', scalar('0 none')],
  ['a null text of RESP2', '$-1\r\n', scalar('0 none')],
  ['a null of RESP3', '_\r\n', scalar('0 none')],
  ['nulls of RESP3 in a list', '*3\r\n_\r\n$1\r\na\r\n_\r\n', reply('begin 3', '0 none', '1=a', '2 none')],
  ['a status', '+PONG\r\n', scalar('0=PONG')],
  ['an integer', ':-42\r\n', scalar('0=-42')],
  ['a text', '$3\r\nfoo\r\n', scalar('0=foo')],
  [
    'an error',
    '-LOADING Redis is loading the dataset in memory\r\n',
    reply('-1 error LOADING Redis is loading the dataset in memory'),
  ],
  ['a long error of RESP3', '!21\r\nSYNTAX invalid syntax\r\n', reply('-1 error SYNTAX invalid syntax')],
  [
    'an error inside a list',
    '*2\r\n-WRONGTYPE no\r\n$1\r\na\r\n',
    reply('begin 2', '0 error WRONGTYPE no', '1=a'),
  ],
  [
    'an error between replies',
    '*1\r\n$1\r\na\r\n-WRONGTYPE no\r\n*1\r\n$1\r\nb\r\n',
    [...reply('begin 1', '0=a'), ...reply('-1 error WRONGTYPE no'), ...reply('begin 1', '0=b')],
  ],
  ['a map', '%2\r\n+a\r\n:1\r\n$1\r\nb\r\n#t\r\n', reply('begin 4', '0=a', '1=1', '2=b', '3=t')],
  ['a set', '~2\r\n+a\r\n#f\r\n', reply('begin 2', '0=a', '1=f')],
  [
    'doubles',
    '*5\r\n,1.5\r\n,-inf\r\n,nan\r\n,1e-7\r\n,10\r\n',
    reply('begin 5', '0=1.5', '1=-inf', '2=nan', '3=1e-7', '4=10'),
  ],
  [
    'a big number',
    '(3492890328409238509324850943850943825024385\r\n',
    scalar('0=3492890328409238509324850943850943825024385'),
  ],
  ['a verbatim text', '=15\r\ntxt:Some string\r\n', scalar('0=Some string')],
  [
    'lists in a list',
    '*3\r\n*2\r\n:1\r\n*1\r\n$1\r\nx\r\n*0\r\n$1\r\na\r\n',
    reply('begin 3', '0 nested', '1 nested', '2=a'),
  ],
  [
    'a map whose last value is a list of maps',
    '%1\r\n+modules\r\n*2\r\n%1\r\n+a\r\n-no\r\n%0\r\n',
    reply('begin 2', '0=modules', '1 nested'),
  ],
  [
    'a push between replies',
    '+a\r\n>2\r\n+invalidate\r\n*1\r\n$1\r\nk\r\n+b\r\n',
    [...scalar('0=a'), ...scalar('0=b')],
  ],
  ['a push with an error and nothing else', '>2\r\n+x\r\n-no\r\n>0\r\n', []],
  ['an attribute before a reply', '|1\r\n+ttl\r\n:3600\r\n*1\r\n$1\r\na\r\n', reply('begin 1', '0=a')],
  [
    'attributes before elements',
    '*3\r\n|1\r\n+a\r\n*2\r\n:1\r\n_\r\n$1\r\na\r\n|0\r\n$1\r\nb\r\n|1\r\n+a\r\n,1\r\n_\r\n',
    reply('begin 3', '0=a', '1=b', '2 none'),
  ],
];

describe('replies', () => {
  it.each(REPLIES)('are read: %s', async (_, text, events) => {
    const stream = bytesOf(text);
    expect(await hear(stream)).toEqual({ events, error: undefined });
    expect(await hear(stream, everyByte(stream))).toEqual({ events, error: undefined });
    for (let cut = 1; cut < stream.length; cut++) {
      expect(await hear(stream, [cut])).toEqual({ events, error: undefined });
    }
  });

  it('of megabytes are read, in pieces that do not fit them', async () => {
    const large = Buffer.alloc(3_000_000, 'large');
    const stream = Buffer.concat([
      bytesOf(`*3\r\n$5\r\nsmall\r\n$${large.length}\r\n`),
      large,
      bytesOf('\r\n$3\r\nend\r\n+after\r\n'),
    ]);
    const cuts = Array.from({ length: 46 }, (_, index) => (index + 1) * 65_536);
    const { events, error } = await hear(stream, cuts);
    expect(error).toBeUndefined();
    expect(events.map((event) => (event.length > 100 ? event.length : event))).toEqual([
      ...reply('begin 3', '0=small', (large.length + 2) as unknown as string, '2=end'),
      ...scalar('0=after'),
    ]);
    expect(events[3]).toBe(`1=${large.toString()}`);
  });
});

const BROKEN: readonly (readonly [name: string, stream: string])[] = [
  ['another protocol', 'HTTP/1.1 400 Bad Request\r\n'],
  ['an unknown type', '?1\r\n'],
  ['a length that is no number', '$abc\r\n'],
  ['no length', '*\r\n'],
  ['a length below -1', '$-2\r\n'],
  ['a null where RESP3 has none', '%-1\r\n'],
  ['a length without an end', '$1234567890123456'],
  ['a streamed list', '*?\r\n'],
  ['more elements than can be', '*9999999999\r\n'],
  ['a text longer than Redis has', '$536870913\r\n'],
  ['a text longer than it says', '*1\r\n$2\r\nabc\r\n'],
  ['a text shorter than it says', '$5\r\nabc\r\n+OK\r\n'],
  ['a line that ends with LF alone', '+OK\n'],
  ['CR without LF', '+OK\rX'],
  ['an integer of letters', ':12a\r\n'],
  ['a boolean that is neither', '#x\r\n'],
  ['a double of letters', ',abc\r\n'],
  ['a null with a value', '_x\r\n'],
  ['a verbatim text without a format', '=3\r\nabc\r\n'],
  ['a push inside a reply', '*1\r\n>1\r\n+a\r\n'],
  ['too many levels', '*1\r\n'.repeat(33)],
  ['an endless line', `+${'a'.repeat(70_000)}`],
];

describe('what is no reply', () => {
  it.each(BROKEN)('is a typed error: %s', async (_, text) => {
    const stream = bytesOf(text);
    const { events, error } = await hear(stream);
    expect(error).toBeInstanceOf(RedisProtocolError);
    expect(await hear(stream, everyByte(stream))).toEqual({ events, error });
  });

  it('stays an error', async () => {
    const reader = new ReplyReader(new ReplyEvents());
    const error = await errorOf(() => reader.feed(bytesOf('?')));
    expect(error).toBeInstanceOf(RedisProtocolError);
    expect(await errorOf(() => reader.feed(bytesOf('+OK\r\n')))).toBe(error);
  });

  it('is waited for as long as it can become one', async () => {
    for (const text of ['*', '*2\r', '*2\r\n$3\r\nab', '$5\r\nabcde\r', '-ERR', '|1\r\n+a\r\n', '>1\r\n']) {
      expect((await hear(bytesOf(text))).error).toBeUndefined();
    }
  });
});
