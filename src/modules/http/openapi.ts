import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { SALVER_VERSION } from '../../common/config/version.config.js';
import { loginOptions, serveLoginReturn } from './openapi-login.js';
import { type SecuritySchemes, withPermissions, withSecurity } from './openapi-security.js';

/** Swagger UI, to try requests out, and the same as a page to read, where Feast has ReDoc. */
const PAGES = ['/docs', '/redoc'];

/** Requests by the path that they go to, as OpenAPI has examples: they depend on the registry of the moment. */
export type ExamplesOf = () => Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export interface OpenApiParts {
  readonly examples: ExamplesOf;
  /** How callers show who they are, as OpenAPI says it; an issuer says where people log in only once it was reached. */
  readonly securitySchemes: () => SecuritySchemes;
  /** Whom people log in as on the page; `null`: they do not. */
  readonly loginClientId: string | null;
}

/** `/openapi.json`, Swagger UI at `/docs`, and a page to read at `/redoc`. */
export function setUpOpenApi(app: NestFastifyApplication, parts: OpenApiParts): void {
  namePageCharset(app);
  const document = withPermissions(openApiDocument(app));
  const patchDocumentOnRequest = (_request: unknown, _reply: unknown, original: OpenAPIObject) =>
    withSecurity(withExamples(original, parts.examples), parts.securitySchemes());
  SwaggerModule.setup('docs', app, document, {
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
    customSiteTitle: 'Salver',
    patchDocumentOnRequest,
    ...(parts.loginClientId !== null && { swaggerOptions: loginOptions(parts.loginClientId) }),
  });
  if (parts.loginClientId !== null) serveLoginReturn(app.getHttpAdapter().getInstance());
  SwaggerModule.setup('redoc', app, document, {
    raw: false,
    customSiteTitle: 'Salver',
    patchDocumentOnRequest,
    swaggerOptions: { supportedSubmitMethods: [], docExpansion: 'full', defaultModelExpandDepth: 5 },
  });
}

/** The description of every route, from the decorators of the controllers. */
function openApiDocument(app: NestFastifyApplication): OpenAPIObject {
  // Generators name a client after title and version: those of Feast, so that a generated client stays the same one.
  const options = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('FastAPI')
    .setVersion('0.1.0')
    .setDescription(
      `Salver ${SALVER_VERSION}, a feature server for machine learning: the routes of the Feast feature server, answered from the same registry and online store.`,
    )
    .build();
  return SwaggerModule.createDocument(app, options, { autoTagControllers: false });
}

function withExamples(document: OpenAPIObject, examplesOf: ExamplesOf): OpenAPIObject {
  const patched = structuredClone(document);
  for (const [path, examples] of Object.entries(examplesOf())) {
    const body = patched.paths[path]?.post?.requestBody;
    const json = body && 'content' in body ? body.content['application/json'] : undefined;
    if (json) json.examples = examples as NonNullable<typeof json.examples>;
  }
  return patched;
}

function namePageCharset(app: NestFastifyApplication): void {
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRoute', (route) => {
      if (!PAGES.includes(route.url)) return;
      route.onSend = (_request, reply, payload, done) => {
        void reply.header('content-type', 'text/html; charset=utf-8');
        done(null, payload);
      };
    });
}
