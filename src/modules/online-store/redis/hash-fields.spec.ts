import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { driverKey } from '../../../../test/support/stored-rows.js';
import { CommandWriter } from './command-writer.js';
import { EVENT_TIME, HashFields } from './hash-fields.js';

interface Vectors {
  readonly hash_fields: readonly { feature_view: string; feature: string; field_hex: string }[];
}
const vectors = JSON.parse(readFileSync('test/fixtures/spec/redis-vectors.json', 'utf8')) as Vectors;
const field = (view: string, feature: string): Buffer => {
  const vector = vectors.hash_fields.find(
    (entry) => entry.feature_view === view && entry.feature === feature,
  );
  return Buffer.from(vector?.field_hex ?? '', 'hex');
};
const bulk = (bytes: Buffer | string): Buffer => {
  const content = Buffer.from(bytes);
  return Buffer.concat([Buffer.from(`$${content.length}\r\n`), content, Buffer.from('\r\n')]);
};

const plan = {
  project: 'é',
  views: [
    { viewName: 'stats', version: 0, features: ['trips', 'conv'] },
    { viewName: 'driver_hourly_stats', version: 2, features: ['conv_rate'] },
    { viewName: 'ab', version: 0, features: [] },
  ],
};

it('is one command with the event time of each view before its features', () => {
  const writer = new CommandWriter();
  const fields = new HashFields(plan, [[2, 0], [1]]);
  const long = Buffer.alloc(123_456, 'key');
  fields.write(writer, driverKey(1001));
  fields.write(writer, long);
  const names = [
    '_ts:ab',
    '_ts:stats',
    field('stats', 'trips'),
    field('stats', 'conv'),
    '_ts:driver_hourly_stats_v2',
    field('driver_hourly_stats_v2', 'conv_rate'),
  ];
  const command = (key: Uint8Array): Buffer =>
    Buffer.concat([
      Buffer.from('*8\r\n'),
      ...['HMGET', Buffer.concat([key, Buffer.from('é')]), ...names].map(bulk),
    ]);
  expect(Buffer.from(writer.take())).toEqual(Buffer.concat([command(driverKey(1001)), command(long)]));
  expect(fields.length).toBe(6);
  expect([...fields.viewOf]).toEqual([2, 0, 0, 0, 1, 1]);
  expect([...fields.fieldOf]).toEqual([EVENT_TIME, EVENT_TIME, 0, 1, EVENT_TIME, 0]);
  expect([...fields.partOf]).toEqual([0, 0, 0, 0, 1, 1]);
});

it('writes the length of any key', () => {
  const fields = new HashFields({ project: '', views: [] }, []);
  const writer = new CommandWriter();
  for (const length of [0, 1, 9, 10, 11, 99, 100, 999, 1000, 65_535, 1_000_000]) {
    fields.write(writer, Buffer.alloc(length, 'x'));
    const text = Buffer.from(writer.take()).toString();
    expect(text.slice(0, 30).replaceAll('x', '')).toMatch(`*2\r\n$5\r\nHMGET\r\n$${length}\r\n`);
    expect(text).toHaveLength(4 + 11 + `$${length}\r\n`.length + length + 2);
  }
});
