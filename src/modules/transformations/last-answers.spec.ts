import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { Agent, createServer, request, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CONNECTION, ConnectionTable, ENTRY } from '../http/connection-table.js';
import { answerAll } from './last-answers.js';

let server: Server;
let table: ConnectionTable;
let sockets: Socket[] = [];

/** `/wait` has no answer, `/half` the beginning of one. */
beforeEach(async () => {
  table = new ConnectionTable(4);
  server = createServer((incoming, response) => {
    table.begins(response);
    response.once('close', () => table.ends(response));
    if (incoming.url === '/wait') return;
    table.sends(response);
    if (incoming.url === '/half') response.writeHead(200, { 'content-length': 4 }).write('ha');
    else response.end('done');
  });
  table.watch(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets = [];
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** A connection that asked for a path and has what came in `text`. */
async function client(path: string): Promise<{ text: string }> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  sockets.push(socket);
  const received = { text: '' };
  socket.on('data', (data: Buffer) => (received.text += data.toString()));
  socket.on('error', () => undefined);
  socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`);
  await delay(60);
  return received;
}

const states = (): number[] =>
  Array.from({ length: 4 }, (_, slot) => table.words[slot * ENTRY.LENGTH + ENTRY.STATE] as number);

describe('answerAll', () => {
  it('answers what is under way, with the view that never ended where it was asked for', async () => {
    const [guilty, other] = [await client('/wait'), await client('/wait')];
    expect(answerAll(table.words, { slot: 0, viewName: 'Größe', afterMs: 1234.5 })).toBe(2);
    await delay(60);
    const body = '"On-demand feature view Größe: its function did not end within 1235 ms and was cut off"';
    expect(guilty.text).toBe(
      'HTTP/1.1 504 Gateway Timeout\r\ncontent-type: application/json\r\n' +
        `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
    );
    expect(other.text).toMatch(/^HTTP\/1\.1 503 Service Unavailable\r\n/);
    expect(other.text).toContain('\r\nretry-after: 1\r\n\r\n"The process that had this request is replaced');
  });

  it('leaves alone who has asked for nothing, and what has begun', async () => {
    const [idle, half] = [await client('/'), await client('/half')];
    const before = [idle.text, half.text];
    expect(states().slice(0, 2)).toEqual([CONNECTION.IDLE, CONNECTION.SENDING]);
    expect(answerAll(table.words, undefined)).toBe(0);
    await delay(60);
    expect([idle.text, half.text]).toEqual(before);
  });

  it('answers what has come and was not read', async () => {
    const idle = await client('/');
    const before = idle.text.length;
    sockets[0]?.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    // This process stands still, as far as its event loop is concerned.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60);
    expect(answerAll(table.words, undefined)).toBe(1);
    await delay(60);
    expect(idle.text.slice(before)).toMatch(/^HTTP\/1\.1 503 /);
  });

  it('writes to no file whose descriptor was that of a connection', async () => {
    await client('/wait');
    const folder = mkdtempSync(join(tmpdir(), 'salver-answers-'));
    const path = join(folder, 'store.db');
    const file = openSync(path, 'w');
    const [socket] = sockets;
    const fd = table.words[ENTRY.FD];
    table.words[ENTRY.FD] = file;
    expect(answerAll(table.words, undefined)).toBe(0);
    // Nor to another connection.
    await client('/wait');
    table.words[ENTRY.FD] = table.words[ENTRY.LENGTH + ENTRY.FD] as number;
    expect(answerAll(table.words, undefined)).toBe(1);
    table.words[ENTRY.FD] = fd as number;
    closeSync(file);
    expect(readFileSync(path, 'utf8')).toBe('');
    socket?.destroy();
    rmSync(folder, { recursive: true });
  });
});

describe('ConnectionTable', () => {
  it('forgets connections that are gone, and uses their places again', async () => {
    for (let round = 0; round < 3; round++) {
      for (let count = 0; count < 4; count++) await client('/wait');
      expect(states()).toEqual(Array<number>(4).fill(CONNECTION.BUSY));
      for (const socket of sockets) socket.destroy();
      await delay(60);
      expect(states()).toEqual(Array<number>(4).fill(CONNECTION.NONE));
    }
  });

  it('does without those for which there is no room', async () => {
    for (let count = 0; count < 6; count++) await client('/wait');
    expect(answerAll(table.words, undefined)).toBe(4);
  });

  it('knows a connection that is kept alive for idle between requests', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let count = 0; count < 3; count++) {
      await new Promise<void>((resolve, reject) => {
        const { port } = server.address() as AddressInfo;
        const outgoing = request({ port, agent }, (answer) => answer.resume().once('end', () => resolve()));
        outgoing.once('error', reject).end();
      });
      await delay(30);
      expect(states()).toEqual([CONNECTION.IDLE, 0, 0, 0]);
    }
    agent.destroy();
  });
});
