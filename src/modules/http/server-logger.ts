import { type LoggerService } from '@nestjs/common';
import type { Level, Logger } from 'pino';
import { createLogger } from './logger.js';

/** Nest's logger over pino, objects first. */
export class ServerLogger implements LoggerService {
  private readonly pino: Logger;

  constructor(level: string) {
    this.pino = createLogger(level);
  }

  log(message: unknown, ...rest: unknown[]): void {
    // Nest tells of every module and route that it sets up: of interest only while debugging.
    if (isFrameworkContext(rest.at(-1))) this.write('debug', message, rest);
    else this.write('info', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  /** Nest passes the context last; `logger.warn({…}, 'text')` puts the text before it. */
  private write(level: Level, message: unknown, rest: readonly unknown[]): void {
    const context = typeof rest.at(-1) === 'string' ? (rest.at(-1) as string) : undefined;
    const text = rest.length > 1 && typeof rest[0] === 'string' ? rest[0] : undefined;
    if (typeof message === 'object' && message !== null) this.pino[level]({ context, ...message }, text);
    else this.pino[level]({ context }, String(message));
  }
}

const FRAMEWORK_CONTEXTS = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
]);

function isFrameworkContext(context: unknown): boolean {
  return typeof context === 'string' && FRAMEWORK_CONTEXTS.has(context);
}
