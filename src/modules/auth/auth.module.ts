import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { FeatureStoreConfiguration } from '../../common/config/configuration.module.js';
import { AccessPolicy } from './access-policy.js';
import { AuthenticationGuard } from './authentication.guard.js';
import { NoAuthStrategy } from './none/no-auth.strategy.js';
import { OpenAccessPolicy } from './none/open-access-policy.js';
import { PermissionGuard } from './permission.guard.js';

/** One case per kind of authentication: its passport strategy and its policy. */
function accessPolicy({ config }: FeatureStoreConfiguration): AccessPolicy {
  switch (config.auth.type) {
    case 'no_auth':
      return new OpenAccessPolicy();
    case 'oidc':
    case 'kubernetes':
      // The loader refuses these at start; nothing may open by falling through.
      throw new Error(`auth type ${config.auth.type} is not supported`);
  }
}

/** Authentication, then permission, before every handler. */
@Module({
  providers: [
    NoAuthStrategy,
    { provide: AccessPolicy, inject: [FeatureStoreConfiguration], useFactory: accessPolicy },
    { provide: APP_GUARD, useClass: AuthenticationGuard },
    { provide: APP_GUARD, useClass: PermissionGuard },
  ],
  exports: [AccessPolicy],
})
export class AuthModule {}
