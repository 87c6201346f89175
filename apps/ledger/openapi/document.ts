/** The API's description, assembled from the controllers and the schemas. */
import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { SCHEMAS } from './schemas.ts';

export function describeApi(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Goodwill Ledger')
    .setVersion('1')
    .setDescription(
      'Acts of goodwill decided at once, recorded for ever. Every POST that records needs an Idempotency-Key; every reply carries a position; problems are RFC 9457 with a stable code and JSON pointers. Money is whole minor units of the book’s currency.',
    )
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addBearerAuth({
      type: 'http',
      scheme: 'bearer',
      description: 'A key with roles (POST /v1/keys), or the admin key',
    })
    .build();
  const document = SwaggerModule.createDocument(app, config);
  document.components = { ...document.components, schemas: SCHEMAS as never };
  return document;
}
