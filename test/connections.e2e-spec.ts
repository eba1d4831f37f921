import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { within } from './support/salver-process.js';
import { READ_BODY, READ_PATH, ServeFixture } from './support/serve-fixture.js';

let fixture: ServeFixture;
let sockets: Socket[] = [];
beforeEach(() => {
  fixture = new ServeFixture();
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets = [];
  await fixture.close();
});

const REQUEST = `POST ${READ_PATH} HTTP/1.1\r\nhost: x\r\ncontent-length: ${READ_BODY.length}\r\n\r\n${READ_BODY}`;

function client(url: string): { socket: Socket; text: () => string } {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  sockets.push(socket);
  let text = '';
  socket.on('data', (data: Buffer) => (text += data.toString()));
  socket.on('error', () => undefined);
  return { socket, text: () => text };
}

const answered = async (...clients: { text: () => string }[]) =>
  within(60_000, () => clients.every(({ text }) => text().includes('"results"')) || undefined);

describe('connections', () => {
  it('over --worker-connections wait until others have ended', async () => {
    const server = fixture.serve(['--worker-connections', '2']);
    const url = await server.url();
    const two = [client(url), client(url)];
    for (const { socket } of two) socket.write(REQUEST);
    expect(await answered(...two)).toBe(true);
    const third = client(url);
    third.socket.write(REQUEST);
    await delay(300);
    expect(third.text()).toBe('');
    // While somebody waits, an answer ends its connection: nobody can keep a place by being busy.
    two[0]?.socket.write(REQUEST);
    expect(await answered(third)).toBe(true);
    expect(two[0]?.text().toLowerCase()).toContain('connection: close');
  });

  it('end in order after so many requests', async () => {
    const server = fixture.serve([], { SALVER_SERVER_CONNECTION_REQUESTS: '10' });
    const url = await server.url();
    const { socket, text } = client(url);
    let requests = 0;
    while (!text().toLowerCase().includes('connection: close') && requests < 20) {
      socket.write(REQUEST);
      requests++;
      await within(60_000, () => text().split('"results"').length > requests || undefined);
    }
    expect(requests).toBeGreaterThanOrEqual(5);
    expect(requests).toBeLessThanOrEqual(15);
    expect(text().split('HTTP/1.1 200').length - 1).toBe(requests);
  });

  it('of clients that do not take their answers are cut off', async () => {
    const server = fixture.serve([], { SALVER_OVERLOAD_SLOW_READER_SECONDS: '1' });
    const url = await server.url();
    const { socket } = client(url);
    const rows = JSON.stringify(Array.from({ length: 20_000 }, (_, row) => row));
    const body = `{"features":["driver_hourly_stats:conv_rate","driver_hourly_stats:rating"],"entities":{"driver_id":${rows}}}`;
    socket.pause();
    socket.write(`POST ${READ_PATH} HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n`);
    for (let n = 0; n < 20; n++)
      socket.write(
        n === 0
          ? body
          : `POST ${READ_PATH} HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      );
    let closed = false;
    socket.once('close', () => (closed = true));
    await delay(4000);
    socket.resume();
    expect(await within(60_000, () => closed || undefined)).toBe(true);
    expect((await fetch(`${url}/health`)).status).toBe(200);
  });

  it('are answered 503 with Retry-After when too many requests are under way, health never', async () => {
    const server = fixture.serve([], { SALVER_OVERLOAD_MAX_IN_FLIGHT: '1' });
    const url = await server.url();
    // A request whose body has not come is under way.
    const slow = client(url);
    slow.socket.write(`POST ${READ_PATH} HTTP/1.1\r\nhost: x\r\ncontent-length: ${READ_BODY.length}\r\n\r\n`);
    const refused = await within(60_000, async () => {
      const answer = await fetch(`${url}${READ_PATH}`, { method: 'POST', body: READ_BODY });
      const text = await answer.text();
      return answer.status === 200 ? undefined : { answer, text };
    });
    expect(refused?.answer.status).toBe(503);
    expect(refused?.answer.headers.get('retry-after')).toBe('1');
    expect(refused?.text).toMatch(/too many requests under way/);
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    slow.socket.write(READ_BODY);
    expect(await answered(slow)).toBe(true);
    expect((await fetch(`${url}${READ_PATH}`, { method: 'POST', body: READ_BODY })).status).toBe(200);
  });
});
