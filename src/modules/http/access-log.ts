import type { FastifyInstance } from 'fastify';
import { requestPath } from './request-path.js';

/** Lines wait at most this long, or until so many bytes are there. */
const FLUSH_INTERVAL_MS = 100;
const FLUSH_BYTES = 32_768;

/** One line per answered request on standard output, written in batches; never a body, never a header. */
export function registerAccessLog(
  fastify: FastifyInstance,
  write: (lines: string) => void = toStandardOutput,
): void {
  let lines = '';
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (lines === '') return;
    const batch = lines;
    lines = '';
    write(batch);
  };
  fastify.addHook('onResponse', (request, reply, done) => {
    lines += accessLine(request, reply.statusCode, reply.elapsedTime);
    if (lines.length >= FLUSH_BYTES) flush();
    else timer ??= setTimeout(flush, FLUSH_INTERVAL_MS).unref();
    done();
  });
  fastify.addHook('onClose', (_instance, done) => {
    flush();
    done();
  });
}

interface LoggedRequest {
  readonly ip: string;
  readonly method: string;
  readonly url: string;
  readonly id: string;
}

function accessLine({ ip, method, url, id }: LoggedRequest, status: number, elapsedMs: number): string {
  return `${new Date().toISOString()} ${ip} "${method} ${requestPath(url)}" ${status} ${elapsedMs.toFixed(1)}ms ${id}\n`;
}

function toStandardOutput(lines: string): void {
  process.stdout.write(lines);
}
