import type { DynamicModule } from '@nestjs/common';
import type { ChannelClient } from './common/channel/channel-client.js';
import { WriterLink } from './common/channel/writer-link.js';
import { NoRegistryRefresh, RegistryRefresh } from './modules/registry/registry-refresh.js';

/** What a serving process has others for. Without them it stands alone, as in tests. */
export interface ProcessLinks {
  readonly writer?: ChannelClient | undefined;
  readonly registryRefresh?: RegistryRefresh | undefined;
}

class ProcessLinksModule {}

export function processLinksModule({ writer, registryRefresh }: ProcessLinks): DynamicModule {
  return {
    module: ProcessLinksModule,
    global: true,
    providers: [
      { provide: WriterLink, useValue: new WriterLink(writer) },
      { provide: RegistryRefresh, useValue: registryRefresh ?? new NoRegistryRefresh() },
    ],
    exports: [WriterLink, RegistryRefresh],
  };
}
