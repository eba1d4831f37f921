import type { Server } from 'node:http';
import type { MetricSamples } from './metrics-report.js';
import type { GaugeName } from './server-metrics.js';

/** Connections of a server, and the requests that it is answering. */
export class TrafficGauges {
  private inFlight = 0;
  private connections = 0;

  constructor(server: Server) {
    const answered = (): void => void this.inFlight--;
    const disconnected = (): void => void this.connections--;
    server.on('request', (_request, response) => {
      this.inFlight++;
      // Once per response, whether it was sent or its client left.
      response.on('close', answered);
    });
    server.on('connection', (socket) => {
      this.connections++;
      socket.on('close', disconnected);
    });
  }

  current(): MetricSamples {
    return [
      ['salver_requests_in_flight' satisfies GaugeName, [['salver_requests_in_flight', this.inFlight]]],
      ['salver_open_connections' satisfies GaugeName, [['salver_open_connections', this.connections]]],
    ];
  }
}
