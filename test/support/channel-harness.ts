import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach } from 'vitest';
import { createChannelAddress, removeChannelAddress } from '../../src/common/channel/channel-address.js';
import { ChannelClient } from '../../src/common/channel/channel-client.js';
import { channelMethod } from '../../src/common/channel/channel-method.js';
import { ChannelServer } from '../../src/common/channel/channel-server.js';
import { Deadline } from '../../src/common/model/deadline.js';

/** Both are answered with what was sent. */
export const ECHO = channelMethod<unknown, unknown>('echo', { isRepeatable: true });
export const ONCE = channelMethod<unknown, unknown>('once', { isRepeatable: false });

export const soon = (): Deadline => Deadline.after(5000);

/** A handler whose requests wait until they are let go. */
export class Gate {
  open: () => void = () => undefined;
  readonly opened = new Promise<void>((resolve) => (this.open = resolve));
}

/** An address, a server that does not listen yet, and clients: new for each test, and closed with it. */
export class ChannelHarness {
  address = '';
  /** What the servers of the test complained of. */
  problems: string[] = [];
  private readonly servers: ChannelServer[] = [];
  private readonly clients: ChannelClient[] = [];
  private readonly raw: Server[] = [];

  constructor() {
    beforeEach(() => {
      this.address = createChannelAddress();
      this.problems = [];
    });
    afterEach(async () => {
      for (const client of this.clients.splice(0)) client.close();
      for (const other of this.raw.splice(0)) other.close();
      await Promise.all(this.servers.splice(0).map((server) => server.close(Deadline.after(0))));
      removeChannelAddress(this.address);
    });
  }

  newServer(maxWaitingBytes = 1 << 20): ChannelServer {
    const onProblem = (message: string): unknown => this.problems.push(message);
    const server = new ChannelServer({ maxWaitingBytes, onProblem });
    server.handle(ECHO, async (value) => value);
    server.handle(ONCE, async (value) => value);
    this.servers.push(server);
    return server;
  }

  async listen(maxWaitingBytes?: number): Promise<ChannelServer> {
    const server = this.newServer(maxWaitingBytes);
    await server.listen(this.address);
    return server;
  }

  newClient(maxWaitingBytes = 1 << 20): ChannelClient {
    const client = new ChannelClient(this.address, { maxWaitingBytes });
    this.clients.push(client);
    return client;
  }

  /** Somebody else at the address. */
  async listenRaw(onSocket: (socket: Socket) => void): Promise<Server> {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      onSocket(socket);
    });
    this.raw.push(server);
    await once(server.listen(this.address), 'listening');
    return server;
  }
}
