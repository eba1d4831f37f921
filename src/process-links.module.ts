import type { DynamicModule } from '@nestjs/common';
import type { ChannelClient } from './common/channel/channel-client.js';
import { WriterLink } from './common/channel/writer-link.js';
import { MaterializationJobs } from './modules/materialization/materialization-jobs.js';
import { NoMaterializationJobs } from './modules/materialization/no-materialization-jobs.js';
import { NoRegistryRefresh, RegistryRefresh } from './modules/registry/registry-refresh.js';

/** What a serving process has others for. Without them it stands alone, as in tests. */
export interface ProcessLinks {
  readonly writer?: ChannelClient | undefined;
  readonly registryRefresh?: RegistryRefresh | undefined;
  readonly jobs?: MaterializationJobs | undefined;
}

class ProcessLinksModule {}

export function processLinksModule({ writer, registryRefresh, jobs }: ProcessLinks): DynamicModule {
  return {
    module: ProcessLinksModule,
    global: true,
    providers: [
      { provide: WriterLink, useValue: new WriterLink(writer) },
      { provide: RegistryRefresh, useValue: registryRefresh ?? new NoRegistryRefresh() },
      { provide: MaterializationJobs, useValue: jobs ?? new NoMaterializationJobs() },
    ],
    exports: [WriterLink, RegistryRefresh, MaterializationJobs],
  };
}
