import { once } from 'node:events';
import { statSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runSeed, SeededRandom } from '../../../test/support/random.js';
import { errorOf } from '../../../test/support/stored-rows.js';
import { InvalidValueError, PayloadTooLargeError, UnavailableError } from '../errors/errors.js';
import { Deadline } from '../model/deadline.js';
import { createChannelAddress, removeChannelAddress } from './channel-address.js';
import { ChannelClient } from './channel-client.js';
import { channelMethod, encodeRequest } from './channel-method.js';
import { ChannelServer } from './channel-server.js';
import { encodeHeader, FrameType, PREFACE } from './frame.codec.js';

const ECHO = channelMethod<unknown, unknown>('echo', { isRepeatable: true });
const ONCE = channelMethod<unknown, unknown>('once', { isRepeatable: false });
const soon = (): Deadline => Deadline.after(5000);

let address: string;
let server: ChannelServer;
let problems: string[];
const clients: ChannelClient[] = [];
const raw: Server[] = [];

beforeEach(() => {
  address = createChannelAddress();
  problems = [];
  server = newServer();
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  for (const other of raw.splice(0)) other.close();
  await server.close(Deadline.after(0));
  removeChannelAddress(address);
});

function newServer(maxWaitingBytes = 1 << 20): ChannelServer {
  const made = new ChannelServer({ maxWaitingBytes, onProblem: (message) => problems.push(message) });
  made.handle(ECHO, async (value) => value);
  made.handle(ONCE, async (value) => value);
  return made;
}

function newClient(maxWaitingBytes = 1 << 20): ChannelClient {
  const client = new ChannelClient(address, { maxWaitingBytes });
  clients.push(client);
  return client;
}

/** Somebody else at the address. */
async function listenRaw(onSocket: (socket: Socket) => void): Promise<Server> {
  const made = createServer((socket) => {
    socket.on('error', () => undefined);
    onSocket(socket);
  });
  raw.push(made);
  await once(made.listen(address), 'listening');
  return made;
}

/** A handler whose requests wait until they are let go. */
function gate(): { readonly opened: Promise<void>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

describe('the address', () => {
  it.runIf(process.platform !== 'win32')('lies in a folder that this user alone can enter', () => {
    expect(statSync(dirname(address)).mode & 0o777).toBe(0o700);
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
    const wide = newServer(1 << 26);
    await wide.listen(address);
    const client = newClient(1 << 26);
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
    await wide.close(soon());
  });

  it('bring errors back as they were', async () => {
    await server.listen(address);
    server.handle(ECHO, async () => {
      throw InvalidValueError.at(['body', 'df', 'trips', 3], 'no number');
    });
    const error = await errorOf(() => newClient().call(ECHO, 1, soon()));
    expect(error).toBeInstanceOf(InvalidValueError);
    expect(error).toMatchObject({
      message: 'no number',
      issues: [{ loc: ['body', 'df', 'trips', 3], msg: 'no number' }],
    });
    expect(problems).toEqual([]);
  });

  it('tell bugs of the other side apart', async () => {
    await server.listen(address);
    server.handle(ECHO, async () => {
      throw new TypeError('x is undefined');
    });
    const client = newClient();
    const errors = [
      await errorOf(() => client.call(ECHO, 1, soon())),
      await errorOf(() => client.call(channelMethod('unknown', { isRepeatable: true }), 1, soon())),
    ];
    expect(errors.map(String)).toEqual([
      'Error: x is undefined',
      'Error: nobody answers requests of the kind unknown',
    ]);
    expect(problems).toHaveLength(2);
  });

  it('hand on how long their sender waits', async () => {
    await server.listen(address);
    server.handle(ECHO, async (_, deadline) => deadline.remainingMs());
    const leftMs = (await newClient().call(ECHO, 1, Deadline.after(3000))) as number;
    expect(leftMs).toBeGreaterThan(1000);
    expect(leftMs).toBeLessThanOrEqual(3001);
  });
});

describe('without an answer', () => {
  it('says that nothing was stored when nobody was there', async () => {
    const client = newClient();
    const startedMs = performance.now();
    await expect(client.call(ECHO, 1, Deadline.after(100))).rejects.toThrow(/nothing was stored/);
    expect(performance.now() - startedMs).toBeLessThan(1000);
    expect(client.isDown).toBe(true);
  });

  it('says that it is not known when somebody was there', async () => {
    await server.listen(address);
    server.handle(ECHO, () => new Promise(() => undefined));
    const error = await errorOf(() => newClient().call(ECHO, 1, Deadline.after(100)));
    expect(error).toBeInstanceOf(UnavailableError);
    expect(String(error)).toMatch(/may have been stored or not/);
  });

  it('waits for a server that comes later', async () => {
    const client = newClient();
    const answer = client.call(ONCE, 'early', soon());
    await sleep(100);
    await server.listen(address);
    expect(await answer).toBe('early');
    expect(client.isDown).toBe(false);
  });

  it('fails at once when it is closed', async () => {
    const client = newClient();
    const waiting = errorOf(() => client.call(ECHO, 1, soon()));
    client.close();
    expect(await waiting).toBeInstanceOf(UnavailableError);
    await expect(client.call(ECHO, 1, soon())).rejects.toThrow(UnavailableError);
  });
});

describe('a server that ends', () => {
  it('without a word: what may be repeated is sent to the next, the rest fails', async () => {
    const first = await listenRaw((socket) => socket.once('data', () => setTimeout(() => socket.destroy(), 50)));
    const client = newClient();
    const repeatable = client.call(ECHO, 'again', soon());
    const single = errorOf(() => client.call(ONCE, 'not again', soon()));
    expect(String(await single)).toMatch(/ended before it had answered.*may have been stored or not/);
    first.close();
    await server.listen(address);
    expect(await repeatable).toBe('again');
  });

  it('in order: it answers what it has, and the next one gets the rest', async () => {
    await server.listen(address);
    const { opened, open } = gate();
    const seen: unknown[] = [];
    server.handle(ONCE, async (value) => {
      seen.push(value);
      await opened;
      return `first ${String(value)}`;
    });
    const client = newClient();
    const under = client.call(ONCE, 'a', soon());
    await vi.waitFor(() => expect(seen).toEqual(['a']));
    const closing = server.close(soon());
    await sleep(20);
    const later = client.call(ONCE, 'b', soon());
    await sleep(20);
    open();
    expect(await under).toBe('first a');
    await closing;
    server = newServer();
    await server.listen(address);
    expect(await later).toBe('b');
    expect(seen).toEqual(['a']);
  });

  it('under load, again and again: each request is answered once', async () => {
    const client = newClient();
    let handled = 0;
    const listen = async (): Promise<void> => {
      server = newServer();
      server.handle(ONCE, async (value) => {
        await sleep(1);
        handled++;
        return value;
      });
      await server.listen(address);
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
    await server.listen(address);
    server.handle(ECHO, () => new Promise(() => undefined));
    const failing = errorOf(() => newClient().call(ECHO, 1, Deadline.after(300)));
    await sleep(50);
    const startedMs = performance.now();
    await server.close(Deadline.after(100));
    expect(performance.now() - startedMs).toBeLessThan(1000);
    expect(await failing).toBeInstanceOf(UnavailableError);
  });
});

describe('bounds', () => {
  it('refuse what one request may not have', async () => {
    await server.listen(address);
    await expect(newClient(1000).call(ECHO, new Uint8Array(2000), soon())).rejects.toThrow(
      PayloadTooLargeError,
    );
    // The limit of the server is its own.
    await expect(newClient(1 << 24).call(ECHO, new Uint8Array(1 << 21), soon())).rejects.toThrow(
      UnavailableError,
    );
  });

  it('refuse at the sender what is too much together, and let go of what had its time', async () => {
    await listenRaw((socket) => socket.pause());
    const client = newClient(100_000);
    const first = errorOf(() => client.call(ECHO, new Uint8Array(90_000), Deadline.after(200)));
    await expect(client.call(ECHO, new Uint8Array(20_000), soon())).rejects.toThrow(/too much waits/);
    await first;
    expect(String(await errorOf(() => client.call(ECHO, new Uint8Array(20_000), Deadline.after(50))))).toMatch(
      /time was up/,
    );
  });

  it('refuse at the server what is too much together, and take more afterwards', async () => {
    await server.listen(address);
    const { opened, open } = gate();
    server.handle(ECHO, async () => opened);
    const waiting = newClient().call(ECHO, new Uint8Array(900_000), soon());
    await vi.waitFor(() => expect(server.waitingBytes).toBeGreaterThan(900_000));
    const refused = await errorOf(() => newClient().call(ECHO, new Uint8Array(200_000), soon()));
    expect(refused).toBeInstanceOf(UnavailableError);
    expect(String(refused)).toMatch(/nothing was stored; try again later/);
    open();
    await waiting;
    expect(await newClient().call(ECHO, new Uint8Array(200_000), soon())).toBeUndefined();
  });

  it('count many small ones', async () => {
    const client = newClient(10_000);
    const errors = await Promise.all(
      Array.from({ length: 100 }, (_, n) => errorOf(() => client.call(ECHO, n, Deadline.after(50)))),
    );
    expect(errors.filter((error) => String(error).includes('too much waits')).length).toBeGreaterThan(50);
  });
});

describe('peers that send rubbish', () => {
  const outcome = async (bytes: Uint8Array): Promise<void> => {
    const socket = connect(address);
    socket.on('error', () => undefined);
    socket.write(bytes);
    const closed = once(socket.resume(), 'close');
    await sleep(2);
    socket.destroy();
    await closed;
  };

  it('are disconnected, and nobody else notices', async () => {
    await server.listen(address);
    const random = new SeededRandom(runSeed());
    const client = newClient();
    for (let round = 0; round < 200; round++) {
      const noise = Buffer.from(Array.from({ length: random.integer(0, 80) }, () => random.integer(0, 255)));
      // With the right beginning it gets further.
      await outcome(round % 2 === 0 ? noise : Buffer.concat([PREFACE, noise]));
      expect(await client.call(ECHO, round, soon())).toBe(round);
    }
    expect(problems).toContain('a peer was disconnected that sent rubbish');
    await vi.waitFor(() => expect(server.waitingBytes).toBe(0));
  });

  it('are told that a request does not decode, and those that end in the middle of one are forgotten', async () => {
    await server.listen(address);
    const request = encodeRequest('echo', 'value');
    const header = (payloadBytes: number): Buffer =>
      encodeHeader({ type: FrameType.request, id: 1, timeoutMs: 1000, payloadBytes });
    const socket = connect(address);
    socket.write(Buffer.concat([PREFACE, header(3), Buffer.from('abc')]));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer[4]).toBe(FrameType.failure);
    socket.write(header(request.length));
    socket.write(request.subarray(0, 5));
    await vi.waitFor(() => expect(server.waitingBytes).toBeGreaterThan(0));
    socket.destroy();
    await vi.waitFor(() => expect(server.waitingBytes).toBe(0));
  });

  it('are left, when they stand in the place of the server', async () => {
    const impostor = await listenRaw((socket) => {
      socket.write(Buffer.alloc(100, 0xff));
    });
    const answer = newClient().call(ECHO, 'value', soon());
    await sleep(50);
    impostor.close();
    await server.listen(address);
    expect(await answer).toBe('value');
  });
});
