import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Actor } from '../kernel/actor.js';
import type { ActingRequest } from '../platform/http/request.js';

/** Whoever asks, signed in or not; a visitor has no id, but its commands have their keys. On routes open to all. */
export const Visiting = createParamDecorator((_data: unknown, context: ExecutionContext): Actor => {
  const request = context.switchToHttp().getRequest<ActingRequest>();
  const key = request.headers['idempotency-key'];
  return (
    request.actor ?? {
      personId: null,
      personName: 'a visitor',
      organisationId: null,
      organisationKind: null,
      roles: [],
      address: request.ip,
      requestId: request.id,
      idempotencyKey: typeof key === 'string' ? key : null,
    }
  );
});
