import { Module } from '@nestjs/common';
import { OnlineStoreModule } from '../online-store/online-store.module.js';
import { RegistryModule } from '../registry/registry.module.js';
import { HealthController } from './health.controller.js';
import { ReadinessService } from './readiness.service.js';

@Module({
  imports: [RegistryModule, OnlineStoreModule],
  controllers: [HealthController],
  providers: [ReadinessService],
  exports: [ReadinessService],
})
export class HealthModule {}
