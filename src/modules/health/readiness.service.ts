import { Injectable } from '@nestjs/common';
import { WriterLink } from '../../common/channel/writer-link.js';
import type { Deadline } from '../../common/model/deadline.js';
import { CallerStrategy } from '../auth/caller.strategy.js';
import { OnlineStore } from '../online-store/online-store.js';
import { RegistryService } from '../registry/registry.service.js';
import { StaticArtifacts } from '../static-artifacts/static-artifacts.js';

/** Knows whether this process should get traffic. */
@Injectable()
export class ReadinessService {
  private draining = false;

  // oxlint-disable-next-line max-params -- what Nest injects
  constructor(
    private readonly registry: RegistryService,
    private readonly store: OnlineStore,
    private readonly callers: CallerStrategy,
    private readonly writer: WriterLink,
    private readonly artifacts: StaticArtifacts,
  ) {}

  /** From now on not ready: the process is about to end. */
  drain(): void {
    this.draining = true;
  }

  /** What the start still waits for, empty once it has ended: a registry that was loaded is never given up again. */
  startingUp(): string[] {
    return this.registry.loaded ? [] : ['registry'];
  }

  /** What goes on without something that it should have: a sentence for each, empty when all is well. */
  warnings(): string[] {
    return [
      ...(this.writer.channel?.isDown ? ['the writer does not answer: writes wait, or are refused'] : []),
      ...this.artifacts.problems.map((problem) => `the static artifacts are not loaded: ${problem}`),
    ];
  }

  /** What is missing, empty when ready: `registry`, `issuer`, `online store`, `drain`. */
  async waitingFor(deadline: Deadline): Promise<string[]> {
    const missing: string[] = [];
    if (this.draining) missing.push('drain');
    if (!this.registry.loaded) missing.push('registry');
    const authentication = this.callers.waitingFor();
    if (authentication !== undefined) missing.push(authentication);
    const answers = await this.store.ping(deadline).then(
      () => true,
      () => false,
    );
    if (!answers) missing.push('online store');
    return missing;
  }
}
