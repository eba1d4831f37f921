import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { OnlineStoreModule } from '../online-store/online-store.module.js';
import { RegistryModule } from '../registry/registry.module.js';
import { OnlineFeaturesController } from './online-features.controller.js';
import { OnlineFeaturesService } from './online-features.service.js';

@Module({
  imports: [AuthModule, OnlineStoreModule, RegistryModule],
  controllers: [OnlineFeaturesController],
  providers: [OnlineFeaturesService],
})
export class ServingModule {}
