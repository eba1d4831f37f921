import type { S3Client } from '@aws-sdk/client-s3';
import type { Environment } from '../../../common/config/environment-substitution.js';

const CONNECT_LIMIT_MS = 5000;
const IDLE_LIMIT_MS = 30_000;
const ATTEMPTS = 3;
/** Of services that know no regions; where AWS itself needs another one, it says so. */
const DEFAULT_REGION = 'us-east-1';
const ENDPOINT_VARIABLES = ['AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL'] as const;

export interface S3Options {
  /** The address of a service that speaks S3, before those of the environment. */
  readonly endpoint: string | undefined;
  readonly environment: Environment;
}

/**
 * A client that finds credentials, region and endpoint as all of AWS's tools do.
 *
 * Shape:  with an endpoint of their own, buckets stand in the path, which every service understands.
 */
export async function openS3Client({ endpoint, environment }: S3Options): Promise<S3Client> {
  // Takes its time and memory, which only those spend that have such sources.
  const { S3Client } = await import('@aws-sdk/client-s3');
  const isOther = endpoint !== undefined || ENDPOINT_VARIABLES.some((name) => environment[name]);
  const options = {
    ...(endpoint !== undefined && { endpoint: withScheme(endpoint) }),
    ...(isOther && { forcePathStyle: true }),
    maxAttempts: ATTEMPTS,
    requestHandler: { connectionTimeout: CONNECT_LIMIT_MS, socketTimeout: IDLE_LIMIT_MS },
    // Checksums that S3 does not ask for are unknown to many that speak its language.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  } as const;
  const client = new S3Client(options);
  try {
    await client.config.region();
    return client;
  } catch {
    client.destroy();
    return new S3Client({ ...options, region: DEFAULT_REGION });
  }
}

function withScheme(endpoint: string): string {
  return endpoint.includes('://') ? endpoint : `https://${endpoint}`;
}
