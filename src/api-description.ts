/** What /docs shows: every route as the code has it, with who may call it, its headers and its refusals. */
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { isDeed, PERMISSIONS } from './identity/rules/permissions.js';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']> & {
  'x-deed'?: string;
  'x-shows-more-to'?: string;
  'x-without-key'?: boolean;
  'x-without-version'?: boolean;
};

const PROBLEM = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'detail', 'requestId'],
  properties: {
    type: { type: 'string', example: 'urn:pumasi:problem:pool.not-open' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', description: 'stable: programs may depend on it' },
    detail: { type: 'string', description: 'a sentence for a person: what is wrong, and what to do' },
    requestId: { type: 'string' },
    faultCount: { type: 'integer' },
    faults: {
      type: 'array',
      maxItems: 100,
      items: {
        type: 'object',
        required: ['path', 'reason'],
        properties: {
          path: { type: 'string', description: 'the field, dotted; or the column of a spreadsheet' },
          reason: { type: 'string' },
          line: { type: 'integer', description: 'line of a spreadsheet, from 1' },
        },
      },
    },
  },
} as const;

/** Statuses every route may answer with, by what it takes. */
function refusals(method: string, path: string, operation: Operation): [number, string][] {
  const writes = method !== 'get';
  const open = operation['x-deed'] === undefined;
  return [
    ...(operation.requestBody === undefined
      ? []
      : ([
          [400, 'the body cannot be read'],
          [413, 'the body is too large'],
          [415, 'the body is of another type'],
        ] as [number, string][])),
    ...(open && writes
      ? ([
          [401, 'what was sent proves nobody'],
          [429, 'too often: wait, then try again'],
        ] as [number, string][])
      : []),
    ...(open
      ? []
      : ([
          [401, 'nobody is signed in'],
          [403, 'your role does not allow it'],
        ] as [number, string][])),
    ...(path.includes('{') ? ([[404, 'there is none, or it is not yours to see']] as [number, string][]) : []),
    ...(writes ? ([[409, 'not possible in its present state']] as [number, string][]) : []),
    ...(takesVersion(method, path, operation)
      ? ([[412, 'changed meanwhile: read it again']] as [number, string][])
      : []),
    [422, 'the input does not fit; `faults` names each place'],
    [503, 'the database cannot be reached just now'],
  ];
}

function takesVersion(method: string, path: string, operation: Operation): boolean {
  const changes = ['put', 'patch', 'delete'].includes(method) && path.includes('{');
  return changes && operation['x-without-version'] !== true;
}

function headers(method: string, path: string, operation: Operation): NonNullable<Operation['parameters']> {
  const key = method === 'post' && operation['x-without-key'] !== true;
  const header = (name: string, description: string): NonNullable<Operation['parameters']>[number] => ({
    name,
    in: 'header',
    required: true,
    description,
    schema: { type: 'string' },
  });
  return [
    ...(key
      ? [header('Idempotency-Key', 'made by you, the same when you repeat this command; 1 to 200 characters')]
      : []),
    ...(takesVersion(method, path, operation) ? [header('If-Match', 'the ETag of what you saw')] : []),
  ];
}

function whoMay(deed: string | undefined): string {
  if (deed === undefined) return 'Open to all.';
  return isDeed(deed) ? `Who may: ${PERMISSIONS[deed].join(', ')} (deed \`${deed}\`).` : '';
}

function whoSeesMore(deed: string | undefined): string {
  return deed !== undefined && isDeed(deed)
    ? `More is shown to: ${PERMISSIONS[deed].join(', ')} (deed \`${deed}\`).`
    : '';
}

/** The OpenAPI description of every route. */
export function describeApi(app: NestFastifyApplication): OpenAPIObject {
  const head = new DocumentBuilder()
    .setTitle('Pumasi')
    .setDescription(
      'Group purchasing of broadband for small businesses. Money is in minor units (integers). Every POST but signing in and ' +
        'what Stripe tells takes an Idempotency-Key. Every refusal is application/problem+json (RFC 9457). Lists are paged by cursor.',
    )
    .setVersion('1')
    .addCookieAuth('__Host-pumasi')
    .build();
  const api = SwaggerModule.createDocument(app, head);
  for (const [path, item] of Object.entries(api.paths)) {
    for (const method of ['get', 'post', 'put', 'patch', 'delete'] as const) {
      const operation: Operation | undefined = item[method];
      if (!operation) continue;
      const [may, more] = [whoMay(operation['x-deed']), whoSeesMore(operation['x-shows-more-to'])];
      operation.description = [operation.description, may, more].filter(Boolean).join('\n\n');
      operation.parameters = [...(operation.parameters ?? []), ...headers(method, path, operation)];
      for (const [status, description] of refusals(method, path, operation)) {
        operation.responses[status] ??= {
          description,
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        };
      }
    }
  }
  api.components = { ...api.components, schemas: { ...api.components?.schemas, Problem: PROBLEM as never } };
  return api;
}
