import { createServer, type Server, type Socket } from 'node:net';
import {
  type RedisConnectionOptions,
  redisConnectionOptions,
} from '../../src/modules/online-store/redis/redis-connection-options.js';

/** Called with each batch of bytes that a connection sends after its login; `connection` counts from 1. */
export type Script = (socket: Socket, connection: number, bytes: Buffer) => void;

/** To the only command of a login without password and database. */
const OK = '+OK\r\n';

/** Takes the login of a reader, then does what no Redis server would do. */
export class ScriptedRedis implements AsyncDisposable {
  connections = 0;
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    readonly port: number,
    private readonly loginReply: string,
  ) {}

  static async start(script: Script, loginReply = OK): Promise<ScriptedRedis> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const scripted = new ScriptedRedis(server, port, loginReply);
    server.on('connection', (socket) => scripted.serve(socket, script));
    return scripted;
  }

  connection(...more: readonly string[]): RedisConnectionOptions {
    return redisConnectionOptions({
      redisType: 'redis',
      connectionString: [`127.0.0.1:${this.port}`, ...more].join(','),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private serve(socket: Socket, script: Script): void {
    const connection = ++this.connections;
    this.sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => {
      socket.write(this.loginReply);
      socket.on('data', (bytes) => script(socket, connection, bytes));
    });
  }
}
