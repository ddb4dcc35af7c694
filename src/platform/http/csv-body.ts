import { Readable } from 'node:stream';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { refuse } from '../../kernel/refusal.js';

/** The stream of an uploaded spreadsheet, for `readCsv`. @throws Refusal 'csv.content-type' for any other body */
export const CsvBody = createParamDecorator((_data: unknown, context: ExecutionContext): Readable => {
  const { body } = context.switchToHttp().getRequest<FastifyRequest>();
  if (!(body instanceof Readable)) {
    throw refuse('csv.content-type', 'Send the file itself, with the content type text/csv.', { kind: 'unsupported' });
  }
  return body;
});
