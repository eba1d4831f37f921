import { Module } from '@nestjs/common';
import { RegistryService } from './registry.service.js';

/** The registry as this process sees it; the primary process reads it and sends its bytes. */
@Module({ providers: [RegistryService], exports: [RegistryService] })
export class RegistryModule {}
