import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { ChannelHarness, ECHO, Gate, ONCE, soon } from '../../../test/support/channel-harness.js';
import { runSeed, SeededRandom } from '../../../test/support/random.js';
import { errorOf } from '../../../test/support/stored-rows.js';
import { PayloadTooLargeError, UnavailableError } from '../errors/errors.js';
import { Deadline } from '../model/deadline.js';
import { encodeRequest } from './channel-method.js';
import { encodeHeader, FrameType, PREFACE } from './frame.codec.js';

const harness = new ChannelHarness();

describe('a server that ends', () => {
  it('without a word: what may be repeated is sent to the next, the rest fails', async () => {
    const first = await harness.listenRaw((socket) =>
      socket.once('data', () => setTimeout(() => socket.destroy(), 50)),
    );
    const client = harness.newClient();
    const repeatable = client.call(ECHO, 'again', soon());
    const single = errorOf(() => client.call(ONCE, 'not again', soon()));
    expect(String(await single)).toMatch(/ended before it had answered.*may have been stored or not/);
    first.close();
    await harness.listen();
    expect(await repeatable).toBe('again');
  });

  it('in order: it answers what it has, and the next one gets the rest', async () => {
    const server = await harness.listen();
    const gate = new Gate();
    const seen: unknown[] = [];
    server.handle(ONCE, async (value) => {
      seen.push(value);
      await gate.opened;
      return `first ${String(value)}`;
    });
    const client = harness.newClient();
    const under = client.call(ONCE, 'a', soon());
    await vi.waitFor(() => expect(seen).toEqual(['a']), 60_000);
    const closing = server.close(soon());
    await sleep(20);
    const later = client.call(ONCE, 'b', soon());
    await sleep(20);
    gate.open();
    expect(await under).toBe('first a');
    await closing;
    await harness.listen();
    expect(await later).toBe('b');
    expect(seen).toEqual(['a']);
  });

  it('under load, again and again: each request is answered once', async () => {
    const client = harness.newClient();
    let handled = 0;
    let server = harness.newServer();
    const listen = async (): Promise<void> => {
      server = harness.newServer();
      server.handle(ONCE, async (value) => {
        await sleep(1);
        handled++;
        return value;
      });
      await server.listen(harness.address);
    };
    await listen();
    let isOver = false;
    let asked = 0;
    const askers = Array.from({ length: 20 }, async () => {
      while (!isOver) {
        const number = asked++;
        expect(await client.call(ONCE, number, soon())).toBe(number);
      }
    });
    for (let turn = 0; turn < 10; turn++) {
      await sleep(30);
      await server.close(soon());
      await listen();
    }
    isOver = true;
    await Promise.all(askers);
    expect(handled).toBe(asked);
  });

  it('closes at its deadline, whatever its handlers do', async () => {
    const server = await harness.listen();
    server.handle(ECHO, () => new Promise(() => undefined));
    const failing = errorOf(() => harness.newClient().call(ECHO, 1, Deadline.after(300)));
    await sleep(50);
    const startedMs = performance.now();
    await server.close(Deadline.after(100));
    expect(performance.now() - startedMs).toBeLessThan(10_000);
    expect(await failing).toBeInstanceOf(UnavailableError);
  });
});

describe('bounds', () => {
  it('refuse what one request may not have', async () => {
    await harness.listen();
    await expect(harness.newClient(1000).call(ECHO, new Uint8Array(2000), soon())).rejects.toThrow(
      PayloadTooLargeError,
    );
    // The limit of the server is its own.
    await expect(harness.newClient(1 << 24).call(ECHO, new Uint8Array(1 << 21), soon())).rejects.toThrow(
      UnavailableError,
    );
  });

  it('refuse at the sender what is too much together, and let go of what had its time', async () => {
    await harness.listenRaw((socket) => socket.pause());
    const client = harness.newClient(100_000);
    const first = errorOf(() => client.call(ECHO, new Uint8Array(90_000), Deadline.after(200)));
    await expect(client.call(ECHO, new Uint8Array(20_000), soon())).rejects.toThrow(/too much waits/);
    await first;
    expect(
      String(await errorOf(() => client.call(ECHO, new Uint8Array(20_000), Deadline.after(50)))),
    ).toMatch(/time was up/);
  });

  it('refuse at the server what is too much together, and take more afterwards', async () => {
    const server = await harness.listen();
    const gate = new Gate();
    server.handle(ECHO, async () => gate.opened);
    const waiting = harness.newClient().call(ECHO, new Uint8Array(900_000), soon());
    await vi.waitFor(() => expect(server.waitingBytes).toBeGreaterThan(900_000), 60_000);
    const refused = await errorOf(() => harness.newClient().call(ECHO, new Uint8Array(200_000), soon()));
    expect(refused).toBeInstanceOf(UnavailableError);
    expect(String(refused)).toMatch(/nothing was stored; try again later/);
    gate.open();
    await waiting;
    expect(await harness.newClient().call(ECHO, new Uint8Array(200_000), soon())).toBeUndefined();
  });

  it('count many small ones', async () => {
    const client = harness.newClient(10_000);
    const errors = await Promise.all(
      Array.from({ length: 100 }, (_, n) => errorOf(() => client.call(ECHO, n, Deadline.after(50)))),
    );
    expect(errors.filter((error) => String(error).includes('too much waits')).length).toBeGreaterThan(50);
  });
});

describe('peers that send rubbish', () => {
  const outcome = async (bytes: Uint8Array): Promise<void> => {
    const socket = connect(harness.address);
    socket.on('error', () => undefined);
    socket.write(bytes);
    const closed = once(socket.resume(), 'close');
    await sleep(2);
    socket.destroy();
    await closed;
  };

  it('are disconnected, and nobody else notices', async () => {
    const server = await harness.listen();
    const random = new SeededRandom(runSeed());
    const client = harness.newClient();
    for (let round = 0; round < 200; round++) {
      const noise = Buffer.from(Array.from({ length: random.integer(0, 80) }, () => random.integer(0, 255)));
      // With the right beginning it gets further.
      await outcome(round % 2 === 0 ? noise : Buffer.concat([PREFACE, noise]));
      expect(await client.call(ECHO, round, soon())).toBe(round);
    }
    expect(harness.problems).toContain('a peer was disconnected that sent rubbish');
    await vi.waitFor(() => expect(server.waitingBytes).toBe(0), 60_000);
  });

  it('are told that a request does not decode, and those that end in the middle of one are forgotten', async () => {
    const server = await harness.listen();
    const request = encodeRequest('echo', 'value');
    const header = (payloadBytes: number): Buffer =>
      encodeHeader({ type: FrameType.request, id: 1, timeoutMs: 1000, payloadBytes });
    const socket = connect(harness.address);
    socket.write(Buffer.concat([PREFACE, header(3), Buffer.from('abc')]));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer[4]).toBe(FrameType.failure);
    socket.write(header(request.length));
    socket.write(request.subarray(0, 5));
    await vi.waitFor(() => expect(server.waitingBytes).toBeGreaterThan(0), 60_000);
    socket.destroy();
    await vi.waitFor(() => expect(server.waitingBytes).toBe(0), 60_000);
  });

  it('are left, when they stand in the place of the server', async () => {
    const impostor = await harness.listenRaw((socket) => {
      socket.write(Buffer.alloc(100, 0xff));
    });
    const answer = harness.newClient().call(ECHO, 'value', soon());
    await sleep(50);
    impostor.close();
    await harness.listen();
    expect(await answer).toBe('value');
  });
});
