import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { ConnectionGate } from './connection-gate.js';

let server: Server;
let sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets = [];
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function start(maxServed: number, maxWaitMs = 5000): Promise<ConnectionGate> {
  server = createServer((_request, response) => response.end('served'));
  const gate = new ConnectionGate(server, { maxServed, maxWaitMs });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return gate;
}

/** A connection that has sent a request; what came back so far is in `text`. */
function client(): { socket: Socket; text: () => string; closed: Promise<void> } {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  sockets.push(socket);
  let text = '';
  socket.on('data', (data: Buffer) => (text += data.toString()));
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  return { socket, text: () => text, closed };
}

async function until(condition: () => boolean): Promise<boolean> {
  for (let tries = 0; tries < 200 && !condition(); tries++) await delay(10);
  return condition();
}

describe('ConnectionGate', () => {
  it('serves so many at a time; the next waits, unread, and is served when one ends', async () => {
    const gate = await start(2);
    const [first, second] = [client(), client()];
    expect(await until(() => first.text().includes('served') && second.text().includes('served'))).toBe(true);
    const third = client();
    expect(await until(() => gate.isFull)).toBe(true);
    await delay(100);
    expect(third.text()).toBe('');
    expect(gate.open).toBe(2);
    first.socket.destroy();
    expect(await until(() => third.text().includes('served'))).toBe(true);
    expect(gate.isFull).toBe(false);
    expect(gate.open).toBe(2);
  });

  it('lets nobody wait for longer than the limit', async () => {
    await start(1, 100);
    const first = client();
    expect(await until(() => first.text().includes('served'))).toBe(true);
    const waiting = client();
    await waiting.closed;
    expect(waiting.text()).toBe('');
  });

  it('refuses when too many wait, and forgets those that go away', async () => {
    const gate = await start(1);
    const first = client();
    expect(await until(() => first.text().includes('served'))).toBe(true);
    const waiting = [client(), client(), client(), client()];
    await delay(100);
    const refused = client();
    await refused.closed;
    for (const { socket } of waiting) socket.destroy();
    first.socket.destroy();
    // Nobody reads from those that wait: that they are gone is seen when it is their turn.
    expect(await until(() => !gate.isFull)).toBe(true);
    const next = client();
    expect(await until(() => next.text().includes('served'))).toBe(true);
  });
});
