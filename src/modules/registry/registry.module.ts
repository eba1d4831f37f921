import { Module } from '@nestjs/common';
import { NoRegistryRefresh, RegistryRefresh } from './registry-refresh.js';
import { RegistryService } from './registry.service.js';

/** The registry as this process sees it; the primary process reads it and sends its bytes. */
@Module({
  providers: [RegistryService, { provide: RegistryRefresh, useClass: NoRegistryRefresh }],
  exports: [RegistryService, RegistryRefresh],
})
export class RegistryModule {}
