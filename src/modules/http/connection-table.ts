import { fstatSync } from 'node:fs';
import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** What a connection is at. `SENDING`: an answer has begun, so that no other one can be given any more. */
export const CONNECTION = { NONE: 0, IDLE: 1, BUSY: 2, SENDING: 3 } as const;

/** Words of one connection. INODE tells whether the descriptor is still that of the connection. */
export const ENTRY = { STATE: 0, FD: 1, INODE: 2, LENGTH: 3 } as const;

/** The lower bits of a number that is larger than a word. */
export const wordOf = (inode: number): number => inode % 0x7fff_ffff;

const NO_SLOT = -1;

/** Node keeps the descriptor for itself, as undocumented as stable. */
interface SocketHandle {
  readonly _handle?: { readonly fd?: number } | null;
}

/**
 * The connections of this process in memory that a thread sees while the process stands still: what each is at, and its
 * descriptor. Those that find no room, and those with TLS, are not in it.
 */
export class ConnectionTable {
  readonly words: Int32Array;
  private readonly free: number[];
  private readonly slots = new WeakMap<Socket, number>();

  constructor(size: number) {
    this.words = new Int32Array(new SharedArrayBuffer(4 * ENTRY.LENGTH * size));
    this.free = Array.from({ length: size }, (_, slot) => size - 1 - slot);
  }

  /** Must be called before the server listens. */
  watch(server: Server): void {
    server.on('connection', (socket: Socket) => this.enter(socket));
  }

  /** -1 for one that is not in the table. */
  slotOf(response: ServerResponse | undefined): number {
    const socket = response?.socket;
    return (socket && this.slots.get(socket)) ?? NO_SLOT;
  }

  begins(response: ServerResponse): void {
    const slot = this.slotOf(response);
    if (slot === NO_SLOT) return;
    // Behind an answer that is on its way another request may have begun.
    if (this.words[slot * ENTRY.LENGTH] === CONNECTION.IDLE) this.set(slot, CONNECTION.BUSY);
    else this.set(slot, CONNECTION.SENDING);
  }

  sends(response: ServerResponse): void {
    const slot = this.slotOf(response);
    if (slot !== NO_SLOT) this.set(slot, CONNECTION.SENDING);
  }

  /** The answer was sent: nothing else is under way. */
  ends(response: ServerResponse): void {
    const { socket } = response.req;
    const slot = this.slots.get(socket);
    if (slot !== undefined && !socket.destroyed) this.set(slot, CONNECTION.IDLE);
  }

  private enter(socket: Socket): void {
    const fd = (socket as SocketHandle)._handle?.fd;
    const slot = fd !== undefined && fd > 0 ? this.free.pop() : undefined;
    if (fd === undefined || slot === undefined) return;
    this.words[slot * ENTRY.LENGTH + ENTRY.FD] = fd;
    this.words[slot * ENTRY.LENGTH + ENTRY.INODE] = wordOf(fstatSync(fd).ino);
    this.set(slot, CONNECTION.IDLE);
    this.slots.set(socket, slot);
    socket.once('close', () => {
      this.set(slot, CONNECTION.NONE);
      this.slots.delete(socket);
      this.free.push(slot);
    });
  }

  private set(slot: number, state: number): void {
    Atomics.store(this.words, slot * ENTRY.LENGTH + ENTRY.STATE, state);
  }
}
