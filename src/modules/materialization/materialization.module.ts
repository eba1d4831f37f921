import { type DynamicModule, Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { RegistryModule } from '../registry/registry.module.js';
import { MaterializationController } from './materialization.controller.js';
import { MaterializationJobsController } from './materialization-jobs.controller.js';
import { MaterializationJobs } from './materialization-jobs.js';
import { MaterializationJobsService } from './materialization-jobs.service.js';
import { MaterializationService } from './materialization.service.js';

/** Materialization over HTTP. The jobs run elsewhere. */
@Module({})
export class MaterializationModule {
  static forRoot(jobs: MaterializationJobs): DynamicModule {
    return {
      module: MaterializationModule,
      imports: [AuthModule, RegistryModule],
      controllers: [MaterializationController, MaterializationJobsController],
      providers: [
        MaterializationService,
        MaterializationJobsService,
        { provide: MaterializationJobs, useValue: jobs },
      ],
    };
  }
}
