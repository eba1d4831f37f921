import type { ChannelClient } from './channel-client.js';

/** How this process reaches the one that writes files. Undefined: there is none, and it writes by itself. */
export class WriterLink {
  constructor(readonly channel: ChannelClient | undefined) {}
}
