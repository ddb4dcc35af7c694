/** Ids in addresses. */
import { type ArgumentMetadata, Param, ParseUUIDPipe, type PipeTransform } from '@nestjs/common';
import { isUUID } from 'class-validator';
import { notFound, refuse } from '../../kernel/refusal.js';

/** An id in the address. @throws Refusal 'address.id' for a text that is none */
export class AnId implements PipeTransform<string, string> {
  transform(value: string, { data = 'id' }: ArgumentMetadata): string {
    if (isUUID(value)) return value;
    throw refuse('address.id', `${data}: put the id into the address as lists and answers give it.`, {
      kind: 'malformed',
      faults: [{ path: data, reason: 'must be an id, such as 5f0c9d1e-8a4b-4c7e-9b1a-2d3e4f506172' }],
    });
  }
}

/** An id in the address, where a text that cannot be one names nothing. */
export const IdOf = (what: string, name = 'id'): ParameterDecorator =>
  Param(name, new ParseUUIDPipe({ exceptionFactory: () => notFound(what) }));
