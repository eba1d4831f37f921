import { Logger, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import {
  AuthEnvironmentConfiguration,
  FeatureStoreConfiguration,
  SalverConfiguration,
} from '../../common/config/configuration.module.js';
import { RegistryModule } from '../registry/registry.module.js';
import { RegistryService } from '../registry/registry.service.js';
import { AccessPolicy } from './access-policy.js';
import { AuthenticationGuard } from './authentication.guard.js';
import { createCallerStrategy } from './caller-strategy-factory.js';
import { CallerStrategy } from './caller.strategy.js';
import { NoAuthStrategy } from './none/no-auth.strategy.js';
import { OpenAccessPolicy } from './none/open-access-policy.js';
import { PermissionGuard } from './permission.guard.js';
import { PermissionPolicy } from './permission-policy.js';

/** Where nobody says who it is, permissions mean nothing; else they decide. */
function accessPolicy(strategy: CallerStrategy, registry: RegistryService): AccessPolicy {
  if (strategy instanceof NoAuthStrategy) return new OpenAccessPolicy();
  return new PermissionPolicy(registry, new Logger('Permissions'));
}

/** Authentication, then permission, before every handler. */
@Module({
  imports: [RegistryModule],
  providers: [
    {
      provide: CallerStrategy,
      inject: [FeatureStoreConfiguration, SalverConfiguration, AuthEnvironmentConfiguration],
      useFactory: (
        { config: featureStore }: FeatureStoreConfiguration,
        { config: salver }: SalverConfiguration,
        { config: authEnvironment }: AuthEnvironmentConfiguration,
      ) => createCallerStrategy({ featureStore, salver, authEnvironment }),
    },
    { provide: AccessPolicy, inject: [CallerStrategy, RegistryService], useFactory: accessPolicy },
    { provide: APP_GUARD, useClass: AuthenticationGuard },
    { provide: APP_GUARD, useClass: PermissionGuard },
  ],
  exports: [AccessPolicy, CallerStrategy],
})
export class AuthModule {}
