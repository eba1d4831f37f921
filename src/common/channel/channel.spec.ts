import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { ChannelHarness, ECHO, ONCE, soon } from '../../../test/support/channel-harness.js';
import { runSeed, SeededRandom } from '../../../test/support/random.js';
import { errorOf } from '../../../test/support/stored-rows.js';
import { InvalidValueError, UnavailableError } from '../errors/errors.js';
import { Deadline } from '../model/deadline.js';
import { createChannelAddress } from './channel-address.js';
import { channelMethod } from './channel-method.js';

const harness = new ChannelHarness();

describe('the address', () => {
  it.runIf(process.platform !== 'win32')('lies in a folder that this user alone can enter', () => {
    expect(statSync(dirname(harness.address)).mode & 0o777).toBe(0o700);
  });

  it('is a pipe on Windows, with another name each time', () => {
    const names = [createChannelAddress('win32'), createChannelAddress('win32')];
    expect(names[0]).toMatch(/^\\\\\.\\pipe\\salver-[0-9a-f]{32}$/);
    expect(names[0]).not.toBe(names[1]);
  });

  it('is refused where sockets cannot have such long paths', () => {
    vi.stubEnv('TMPDIR', '/tmp/'.padEnd(120, 'x'));
    expect(() => createChannelAddress()).toThrow(UnavailableError);
    vi.unstubAllEnvs();
  });
});

describe('requests', () => {
  it('are answered, many at a time and in any order, with all their bytes', async () => {
    const random = new SeededRandom(runSeed());
    const wide = await harness.listen(1 << 26);
    const client = harness.newClient(1 << 26);
    const values = Array.from({ length: 200 }, (_, number) => ({
      number,
      bytes: new Uint8Array(random.integer(0, 100_000)).fill(number),
      map: new Map([['ä\u0000', 1n]]),
    }));
    wide.handle(ECHO, async (value) => {
      await sleep(random.integer(0, 20));
      return value;
    });
    const answers = await Promise.all(values.map((value) => client.call(ECHO, value, soon())));
    answers.forEach((answer, index) => {
      const { number, bytes, map } = answer as (typeof values)[number];
      expect({ number, map }).toEqual({ number: values[index]?.number, map: values[index]?.map });
      expect(Buffer.compare(bytes, values[index]!.bytes)).toBe(0);
    });
    expect(wide.waitingBytes).toBe(0);
  });

  it('bring errors back as they were', async () => {
    const server = await harness.listen();
    server.handle(ECHO, async () => {
      throw InvalidValueError.at(['body', 'df', 'trips', 3], 'no number');
    });
    const error = await errorOf(() => harness.newClient().call(ECHO, 1, soon()));
    expect(error).toBeInstanceOf(InvalidValueError);
    expect(error).toMatchObject({
      message: 'no number',
      issues: [{ loc: ['body', 'df', 'trips', 3], msg: 'no number' }],
    });
    expect(harness.problems).toEqual([]);
  });

  it('tell bugs of the other side apart', async () => {
    const server = await harness.listen();
    server.handle(ECHO, async () => {
      throw new TypeError('x is undefined');
    });
    const client = harness.newClient();
    const errors = [
      await errorOf(() => client.call(ECHO, 1, soon())),
      await errorOf(() => client.call(channelMethod('unknown', { isRepeatable: true }), 1, soon())),
    ];
    expect(errors.map(String)).toEqual([
      'Error: x is undefined',
      'Error: nobody answers requests of the kind unknown',
    ]);
    expect(harness.problems).toHaveLength(2);
  });

  it('hand on how long their sender waits', async () => {
    const server = await harness.listen();
    server.handle(ECHO, async (_, deadline) => deadline.remainingMs());
    const leftMs = (await harness.newClient().call(ECHO, 1, Deadline.after(30_000))) as number;
    expect(leftMs).toBeGreaterThan(10_000);
    expect(leftMs).toBeLessThanOrEqual(30_001);
  });
});

describe('without an answer', () => {
  it('says that nothing was stored when nobody was there', async () => {
    const client = harness.newClient();
    const startedMs = performance.now();
    await expect(client.call(ECHO, 1, Deadline.after(100))).rejects.toThrow(/nothing was stored/);
    expect(performance.now() - startedMs).toBeLessThan(10_000);
    expect(client.isDown).toBe(true);
  });

  it('says that it is not known when somebody was there', async () => {
    const server = await harness.listen();
    server.handle(ECHO, () => new Promise(() => undefined));
    const error = await errorOf(() => harness.newClient().call(ECHO, 1, Deadline.after(100)));
    expect(error).toBeInstanceOf(UnavailableError);
    expect(String(error)).toMatch(/may have been stored or not/);
  });

  it('waits for a server that comes later', async () => {
    const client = harness.newClient();
    const answer = client.call(ONCE, 'early', soon());
    await sleep(100);
    await harness.listen();
    expect(await answer).toBe('early');
    expect(client.isDown).toBe(false);
  });

  it('fails at once when it is closed', async () => {
    const client = harness.newClient();
    const waiting = errorOf(() => client.call(ECHO, 1, soon()));
    client.close();
    expect(await waiting).toBeInstanceOf(UnavailableError);
    await expect(client.call(ECHO, 1, soon())).rejects.toThrow(UnavailableError);
  });
});
