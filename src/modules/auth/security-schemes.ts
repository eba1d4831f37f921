import type { SecuritySchemes } from '../http/openapi-security.js';

export const BEARER_TOKEN: SecuritySchemes = {
  bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'A token of the issuer.' },
};

export const API_KEY: SecuritySchemes = {
  api_key: {
    type: 'apiKey',
    in: 'header',
    name: 'x-api-key',
    description: 'A key of `salver api-key create`. As a bearer token it is taken too.',
  },
};
