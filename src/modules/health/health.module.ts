import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { OnlineStoreModule } from '../online-store/online-store.module.js';
import { RegistryModule } from '../registry/registry.module.js';
import { StaticArtifactsModule } from '../static-artifacts/static-artifacts.module.js';
import { HealthController } from './health.controller.js';
import { ReadinessService } from './readiness.service.js';

@Module({
  imports: [AuthModule, RegistryModule, OnlineStoreModule, StaticArtifactsModule],
  controllers: [HealthController],
  providers: [ReadinessService],
  exports: [ReadinessService],
})
export class HealthModule {}
