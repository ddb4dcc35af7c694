/** What routes say about themselves, and what they get out of a request. */
import { applyDecorators, createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import type {} from '@fastify/cookie';
import type { FastifyRequest } from 'fastify';
import type { Actor } from '../../kernel/actor.js';
import { refuse } from '../../kernel/refusal.js';

export const MAY = 'pumasi:may';
export const OPEN_TO_ALL = 'pumasi:open-to-all';
export const SHOWS_MORE = 'pumasi:shows-more';
export const WITHOUT_KEY = 'pumasi:without-key';

/** The deed a route does; the table in identity/rules/permissions.ts says who may. */
export const May = (deed: string): MethodDecorator =>
  applyDecorators(SetMetadata(MAY, deed), ApiExtension('x-deed', deed));

/** A route that needs nobody to be signed in. */
export const OpenToAll = (): MethodDecorator => SetMetadata(OPEN_TO_ALL, true);

/** A route that shows more to whoever may do this deed as well; the route itself asks whether one may. */
export const ShowsMoreTo = (deed: string): MethodDecorator =>
  applyDecorators(SetMetadata(SHOWS_MORE, [deed]), ApiExtension('x-shows-more-to', deed));

/** A POST that needs no Idempotency-Key, because its answer must not be kept (a session). */
export const WithoutKey = (): MethodDecorator =>
  applyDecorators(SetMetadata(WITHOUT_KEY, true), ApiExtension('x-without-key', true));

/** A PUT, PATCH or DELETE of one thing that needs no If-Match, because there is no version of it to overwrite. */
export const WithoutVersion = (): MethodDecorator => ApiExtension('x-without-version', true);

/** A request as the guards leave it. */
export interface ActingRequest extends FastifyRequest {
  actor?: Actor;
}

/** The signed-in actor. Only on routes marked with `@May`. */
export const Acting = createParamDecorator((_data: unknown, context: ExecutionContext): Actor => {
  const { actor } = context.switchToHttp().getRequest<ActingRequest>();
  if (!actor) throw refuse('session.missing', 'Please sign in first.', { kind: 'unauthenticated' });
  return actor;
});

/** The signed-in actor, or null: on routes open to all that show more to some. */
export const MaybeActing = createParamDecorator((_data: unknown, context: ExecutionContext): Actor | null => {
  return context.switchToHttp().getRequest<ActingRequest>().actor ?? null;
});

/**
 * What stands between the quotes of every ETag in an If-Match or If-None-Match. A proxy that compresses makes ours weak
 * (W/"3"): it still names the version that the caller saw, and versions are all we compare.
 */
export function etagsIn(header: string | undefined): string[] {
  const tags = (header ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.map((tag) => tag.replace(/^"(.*)"$/, '$1')).filter((tag) => tag !== '');
}

/** The version in If-Match: what the caller saw when it decided to change something. */
export const IfMatch = createParamDecorator((_data: unknown, context: ExecutionContext): number => {
  const [seen, ...others] = etagsIn(context.switchToHttp().getRequest<FastifyRequest>().headers['if-match']);
  if (seen === undefined || others.length > 0 || !/^\d{1,9}$/.test(seen)) {
    throw refuse('version.missing', 'Send the ETag of what you saw as If-Match, so that nobody is overwritten.', {
      kind: 'stale',
    });
  }
  return Number(seen);
});

/** @returns the refusal for changing what somebody changed meanwhile, or null */
export function whyStale(seen: number, present: number): ReturnType<typeof refuse> | null {
  return seen === present
    ? null
    : refuse('version.stale', 'It was changed meanwhile. Read it again, then repeat your change.', { kind: 'stale' });
}
