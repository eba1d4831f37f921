import 'reflect-metadata';
import type { Server } from 'node:http';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type {
  FastifyError,
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  FastifyHttpOptions,
} from 'fastify';
import { AppModule } from './app.module.js';
import type { LoadedConfiguration } from './common/config/load-configuration.js';
import { ErrorFilter } from './common/errors/error.filter.js';
import { AccessPolicy } from './modules/auth/access-policy.js';
import { CallerStrategy } from './modules/auth/caller.strategy.js';
import { OpenAccessPolicy } from './modules/auth/none/open-access-policy.js';
import { registerAccessLog } from './modules/http/access-log.js';
import { registerBodyBudget } from './modules/http/body-budget.js';
import { setUpOpenApi } from './modules/http/openapi.js';
import { OverloadGuard, SHED_REASONS } from './modules/http/overload.js';
import { registerRawBody } from './modules/http/raw-body.js';
import { registerRequestContext, requestId } from './modules/http/request-context.js';
import { RouteTable } from './modules/http/route-table.js';
import { AuditLog } from './modules/metrics/audit-log.js';
import { MetricsService } from './modules/metrics/metrics.service.js';
import { registerRefusalAudit } from './modules/metrics/refusal-audit.js';
import { RegistryService } from './modules/registry/registry.service.js';
import { requestExamples, type RequestExample } from './modules/serving/request-examples.js';
import { ServerLogger } from './modules/http/server-logger.js';
import type { MaterializationJobs } from './modules/materialization/materialization-jobs.js';
import type { TlsMaterial } from './processes/tls-files.js';

/** A client that does not send its request within this time is not served. */
const RECEIVE_TIMEOUT_MS = 60_000;

/** Without a host Node would answer 400 without a word. A token may be longer than all headers by Node's default. */
const NODE_OPTIONS = { requireHostHeader: false, maxHeaderSize: 98_304 };

/** What an application is given besides its configuration. */
export interface ApplicationParts {
  readonly tls?: TlsMaterial | undefined;
  /** Where materialization happens. */
  readonly jobs: MaterializationJobs;
}

/** Builds the application, ready to listen or to be injected: the worker process and the tests share it. */
export async function createApplication(
  configuration: LoadedConfiguration,
  { tls, jobs }: ApplicationParts,
): Promise<NestFastifyApplication> {
  const { server, limits } = configuration.salver;
  const adapter = new FastifyAdapter({ ...serverOptions(configuration), ...tlsOptions(tls) });
  const fastify: FastifyInstance = adapter.getInstance();
  const routes = RouteTable.of(fastify);
  const overload = new OverloadGuard(configuration.salver.overload);
  overload.register(fastify);
  registerRequestContext(fastify, server.requestTimeoutMs);
  if (server.accessLog) registerAccessLog(fastify);
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forRoot(configuration, jobs),
    adapter,
    {
      bodyParser: false,
      logger: new ServerLogger(server.logLevel),
      abortOnError: false,
    },
  );
  registerBodyBudget(fastify, limits.bodyBytes);
  registerRawBody(fastify);
  countShedRequests(overload, app.get(MetricsService));
  const audit = app.get(AuditLog);
  if (audit.on) registerRefusalAudit(fastify, audit);
  app.useGlobalFilters(new ErrorFilter((url) => routes.explain(url), limits.bodyBytes));
  const { auth } = configuration.featureStore;
  setUpOpenApi(app, {
    examples: () => exampleRequests(app),
    securitySchemes: () => app.get(CallerStrategy).securitySchemes(),
    loginClientId: auth.type === 'oidc' ? auth.uiClientId : null,
  });
  await app.init();
  await fastify.ready();
  return app;
}

function countShedRequests(overload: OverloadGuard, metrics: MetricsService): void {
  const counter = metrics.counter('salver_shed_requests_total');
  if (!counter) return;
  const series = new Map(SHED_REASONS.map((reason) => [reason, counter.bind({ reason })]));
  overload.onShed = (reason) => series.get(reason)?.add(1);
}

/**
 * Requests that the registry of the moment answers, for the description of the routes. Everybody may see that, so the
 * names are told only where everybody may read.
 */
function exampleRequests(app: NestFastifyApplication): Record<string, Record<string, RequestExample>> {
  const registry = app.get(RegistryService);
  const isOpen = app.get(AccessPolicy) instanceof OpenAccessPolicy;
  return isOpen && registry.loaded ? { '/get-online-features': requestExamples(registry.snapshot()) } : {};
}

function serverOptions({ salver: { server, limits } }: LoadedConfiguration): FastifyHttpOptions<Server> {
  return {
    bodyLimit: limits.bodyBytes,
    keepAliveTimeout: server.keepAliveTimeoutSeconds * 1000,
    requestTimeout: RECEIVE_TIMEOUT_MS,
    genReqId: requestId,
    // Feast answers 405 to HEAD, and has one path per route.
    exposeHeadRoutes: false,
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    http: NODE_OPTIONS,
    frameworkErrors: answerBadUrl,
  };
}

function tlsOptions(tls: TlsMaterial | undefined): object {
  if (!tls) return {};
  const { context, requestsClientCertificate } = tls;
  return {
    https: {
      ...NODE_OPTIONS,
      ...context,
      requestCert: requestsClientCertificate,
      rejectUnauthorized: requestsClientCertificate,
    },
  };
}

/** A request line that the router cannot read never reaches the error filter. */
function answerBadUrl(error: FastifyError, _request: FastifyRequest, reply: FastifyReply): void {
  void reply.status(400).header('content-type', 'application/json');
  void reply.send(JSON.stringify({ detail: error.message }));
}
