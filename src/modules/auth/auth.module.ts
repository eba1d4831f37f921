import { Logger, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { FeatureStoreConfiguration } from '../../common/config/configuration.module.js';
import { RegistryModule } from '../registry/registry.module.js';
import { RegistryService } from '../registry/registry.service.js';
import { createAccessPolicy } from './access-policy-factory.js';
import { AccessPolicy } from './access-policy.js';
import { AuthenticationGuard } from './authentication.guard.js';
import { NoAuthStrategy } from './none/no-auth.strategy.js';
import { PermissionGuard } from './permission.guard.js';

/** Authentication, then permission, before every handler. */
@Module({
  imports: [RegistryModule],
  providers: [
    NoAuthStrategy,
    {
      provide: AccessPolicy,
      inject: [FeatureStoreConfiguration, RegistryService],
      useFactory: ({ config }: FeatureStoreConfiguration, registry: RegistryService) =>
        createAccessPolicy(config.auth, registry, new Logger('Permissions')),
    },
    { provide: APP_GUARD, useClass: AuthenticationGuard },
    { provide: APP_GUARD, useClass: PermissionGuard },
  ],
  exports: [AccessPolicy],
})
export class AuthModule {}
