import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SALVER_VERSION } from '../../common/config/version.config.js';

/** The description of every route, from the decorators of the controllers. */
export function openApiDocument(app: NestFastifyApplication): OpenAPIObject {
  const description =
    'Feature server for machine learning: the routes of the Feast feature server, answered from the same registry and online store.';
  const options = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Salver')
    .setDescription(description)
    .setVersion(SALVER_VERSION)
    .build();
  return SwaggerModule.createDocument(app, options, { autoTagControllers: false });
}

/** `/openapi.json`, and the Swagger UI at `/docs`. */
export function setUpOpenApi(app: NestFastifyApplication): void {
  SwaggerModule.setup('docs', app, () => openApiDocument(app), {
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
    customSiteTitle: 'Salver',
  });
}
