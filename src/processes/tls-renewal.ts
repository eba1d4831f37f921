import type { Server as TlsServer } from 'node:tls';
import { ConfigurationError } from '../common/config/configuration-error.js';
import type { TlsSettings } from '../common/config/server.config.js';
import { readTlsFiles, tlsFilesStamp } from './tls-files.js';

const LOOK_MS = 2000;

/** Takes certificates that change on disk into use, for connections that begin from then on. */
export class TlsRenewal {
  private stamp: string | undefined;
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly server: Pick<TlsServer, 'setSecureContext'>,
    private readonly settings: TlsSettings,
    private readonly repoDir: string,
    private readonly say: (level: 'info' | 'error', message: string) => void,
  ) {
    this.stamp = tlsFilesStamp(settings, repoDir);
    this.timer = setInterval(() => this.look(), LOOK_MS);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private look(): void {
    const stamp = tlsFilesStamp(this.settings, this.repoDir);
    if (stamp === undefined || stamp === this.stamp) return;
    // Whoever renews may have written only one of the files: the pair is tried again with the next change.
    this.stamp = stamp;
    try {
      const material = readTlsFiles(this.settings, this.repoDir);
      if (!material) return;
      this.server.setSecureContext(material.context);
      this.say('info', 'the certificate was renewed');
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      this.say('error', `the renewed certificate cannot be used, the old one stays: ${error.message}`);
    }
  }
}
