import { type CanActivate, type ExecutionContext, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { PATH_METADATA } from '@nestjs/common/constants.js';
import { refuse } from '../kernel/refusal.js';
import { type ActingRequest, MAY, OPEN_TO_ALL } from '../platform/http/request.js';
import { temporaryPassword } from './rules/passwords.js';
import { isDeed, may, mayNot, withTemporaryPassword } from './rules/permissions.js';
import { SESSION_COOKIE } from './session-cookie.js';
import { SessionsService } from './sessions.service.js';

/** Finds out who is asking, and refuses whoever may not do the route's deed. */
@Injectable()
export class ActorGuard implements CanActivate, OnApplicationBootstrap {
  constructor(
    private readonly reflector: Reflector,
    private readonly sessions: SessionsService,
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<ActingRequest>();
    const token = request.cookies[SESSION_COOKIE];
    const holder = token === undefined ? null : await this.sessions.holderOf(token);
    const key = request.headers['idempotency-key'];
    const openToAll = this.reflector.get<boolean | undefined>(OPEN_TO_ALL, context.getHandler()) === true;
    // To what is open to all, whoever has not chosen its own password yet is a visitor like any other.
    if (holder && !(openToAll && holder.passwordTemporary)) {
      const { passwordTemporary: _, ...acting } = holder;
      request.actor = {
        ...acting,
        address: request.ip,
        requestId: request.id,
        idempotencyKey: request.method !== 'GET' && typeof key === 'string' ? key : null,
      };
    }
    if (openToAll) return true;
    if (!holder) throw refuse('session.missing', 'Please sign in first.', { kind: 'unauthenticated' });
    const deed = this.reflector.get<string | undefined>(MAY, context.getHandler());
    if (deed === undefined || !isDeed(deed) || !may(holder.roles, deed)) throw mayNot();
    if (holder.passwordTemporary && !withTemporaryPassword(deed)) throw temporaryPassword();
    return true;
  }

  /** A route that says neither who may, nor that all may, must not be served. */
  onApplicationBootstrap(): void {
    for (const { instance } of this.discovery.getControllers()) {
      if (typeof instance !== 'object' || instance === null) continue;
      const prototype = Object.getPrototypeOf(instance) as Record<string, unknown>;
      for (const name of this.scanner.getAllMethodNames(prototype)) {
        const method = prototype[name];
        if (typeof method !== 'function' || Reflect.getMetadata(PATH_METADATA, method) === undefined) continue;
        const deed = Reflect.getMetadata(MAY, method) as string | undefined;
        const said = deed === undefined ? Reflect.getMetadata(OPEN_TO_ALL, method) === true : isDeed(deed);
        if (!said) {
          throw new Error(`${instance.constructor.name}.${name}: say @May(<a deed of permissions.ts>) or @OpenToAll()`);
        }
      }
    }
  }
}
