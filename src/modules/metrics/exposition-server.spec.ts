import { request, type RequestOptions } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../common/config/configuration-error.js';
import { ExpositionServer } from './exposition-server.js';

let servers: ExpositionServer[] = [];
afterEach(async () => {
  await Promise.all(servers.map((server) => server.close()));
  servers = [];
});

async function listening(exposition: () => Promise<string>): Promise<URL> {
  const server = new ExpositionServer(exposition);
  servers.push(server);
  return new URL(await server.listen('127.0.0.1', 0));
}

interface Answered {
  readonly status: number | undefined;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly text: string;
}

function ask(url: URL, options: RequestOptions, body?: string): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent: false, ...options }, (answer) => {
      let text = '';
      answer.on('data', (part: Buffer) => (text += part.toString()));
      answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, text }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

describe('ExpositionServer', () => {
  it('answers every path with the metrics, in the text format', async () => {
    const url = await listening(() => Promise.resolve('a 1\n'));
    for (const path of ['/', '/metrics', '/anything?x=1', '/health']) {
      const { status, headers, text } = await ask(url, { path });
      expect({ status, text, type: headers['content-type'] }).toEqual({
        status: 200,
        text: 'a 1\n',
        type: 'text/plain; version=0.0.4; charset=utf-8',
      });
    }
    expect(await ask(url, { method: 'HEAD' })).toMatchObject({ status: 200, text: '' });
  });

  it('takes no other method, no body and no large head', async () => {
    const url = await listening(() => Promise.resolve('a 1\n'));
    expect(await ask(url, { method: 'POST' }, 'x')).toMatchObject({
      status: 405,
      headers: { allow: 'GET, HEAD', connection: 'close' },
    });
    expect((await ask(url, { method: 'GET', headers: { 'content-length': '5' } }, 'hello')).status).toBe(413);
    expect((await ask(url, { headers: { 'x-large': 'x'.repeat(20_000) } })).status).toBe(431);
  });

  it('makes one exposition for scrapes that come together', async () => {
    let made = 0;
    const url = await listening(async () => {
      made++;
      await new Promise((resolve) => setTimeout(resolve, 100));
      return `a ${made}\n`;
    });
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask(url, {})));
    expect(answers.map(({ text }) => text)).toEqual(Array.from({ length: 5 }, () => 'a 1\n'));
    expect((await ask(url, {})).text).toBe('a 2\n');
  });

  it('cuts off who sends no request', async () => {
    const url = await listening(() => Promise.resolve('a 1\n'));
    const socket = connect(Number(url.port), url.hostname);
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n');
    const startedMs = performance.now();
    await new Promise((resolve) => socket.once('close', resolve).on('data', () => undefined));
    expect(performance.now() - startedMs).toBeLessThan(30_000);
  });

  it('goes on after an exposition that failed', async () => {
    let fails = true;
    const url = await listening(() => (fails ? Promise.reject(new Error('no')) : Promise.resolve('a 1\n')));
    await expect(ask(url, {})).rejects.toThrow('socket hang up');
    fails = false;
    expect((await ask(url, {})).text).toBe('a 1\n');
  });

  it('says which port is in use, and how to choose another', async () => {
    const url = await listening(() => Promise.resolve(''));
    const second = new ExpositionServer(() => Promise.resolve(''));
    const refused = second.listen('127.0.0.1', Number(url.port));
    await expect(refused).rejects.toThrow(ConfigurationError);
    await expect(refused).rejects.toThrow(
      `metrics.port: port ${url.port} of 127.0.0.1 is in use: choose another with --metrics-port`,
    );
    await expect(second.listen('192.0.2.1', 0)).rejects.toThrow('cannot be served at port 0 of 192.0.2.1');
  });
});
