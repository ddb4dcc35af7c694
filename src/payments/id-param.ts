import { Param, ParseUUIDPipe } from '@nestjs/common';
import { notFound } from '../kernel/refusal.js';

/** An id in the path; a text that cannot be one names nothing. */
export const IdOf = (what: string): ParameterDecorator =>
  Param('id', new ParseUUIDPipe({ exceptionFactory: () => notFound(what) }));
