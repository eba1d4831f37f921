import type { Socket } from 'node:net';
import type { PythonDefinition } from './python-definition.js';
import { encodePythonFrame, type PythonFrame, PythonFrameReader } from './python-frame.codec.js';

export interface PythonProcessEvents {
  /** It said who it is. */
  readonly onHello: (process: PythonProcess) => void;
  /** Whatever it was asked has failed by now. */
  readonly onEnded: (process: PythonProcess) => void;
}

interface Asked {
  readonly id: number;
  readonly resolve: (frame: PythonFrame) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** It did not answer in time, and was killed. */
export class PythonTooSlow extends Error {}

/** One process that computes, by the connection that it has made. It is asked one thing at a time. */
export class PythonProcess {
  /** Keys of the views that it has loaded. */
  loaded: ReadonlySet<string> = new Set();
  private readonly reader = new PythonFrameReader();
  private pid: number | undefined;
  private asked: Asked | undefined;
  private lastId = 0;
  private hasEnded = false;

  constructor(
    private readonly socket: Socket,
    private readonly events: PythonProcessEvents,
  ) {
    socket.on('data', (chunk: Buffer) => this.receive(chunk));
    socket.on('error', () => undefined);
    socket.once('close', () => this.ended());
  }

  /** Errors: PythonTooSlow, and an Error when it ends before it has answered. Units: `limitMs`. */
  ask(members: string, payload: readonly Uint8Array[], limitMs: number): Promise<PythonFrame> {
    if (this.hasEnded) return Promise.reject(new Error('it has ended'));
    const { promise, resolve, reject } = Promise.withResolvers<PythonFrame>();
    const id = ++this.lastId;
    const timer = setTimeout(() => {
      this.settle()?.reject(new PythonTooSlow('it took too long'));
      this.kill();
    }, limitMs);
    this.asked = { id, resolve, reject, timer };
    this.socket.write(encodePythonFrame(`{"id":${id},${members}}`, payload));
    return promise;
  }

  /** It has loaded more views, and of the others only these are left. */
  has(kept: readonly string[], more: readonly PythonDefinition[]): void {
    this.loaded = new Set([...kept.filter((key) => this.loaded.has(key)), ...more.map(({ key }) => key)]);
  }

  kill(): void {
    if (this.pid !== undefined && !this.hasEnded) {
      try {
        process.kill(this.pid, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
    }
    this.socket.destroy();
  }

  private receive(chunk: Buffer): void {
    try {
      for (const frame of this.reader.read(chunk)) this.take(frame);
    } catch {
      this.kill();
    }
  }

  private take(frame: PythonFrame): void {
    if (this.pid === undefined) {
      this.pid = Number(frame.header['pid']);
      this.events.onHello(this);
    } else if (frame.header['id'] === this.asked?.id) this.settle()?.resolve(frame);
  }

  private settle(): Asked | undefined {
    const { asked } = this;
    this.asked = undefined;
    clearTimeout(asked?.timer);
    return asked;
  }

  private ended(): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.settle()?.reject(new Error('its process ended'));
    this.events.onEnded(this);
  }
}
