import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { invalid, refuse } from '../../kernel/refusal.js';
import { Settings } from '../config/settings.js';
import { WITHOUT_KEY } from './request.js';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);
const KEY = /^[\x21-\x7e]{1,200}$/;

/**
 * Refuses commands that another site makes a browser send (Origin, Sec-Fetch-Site), and POSTs without an
 * Idempotency-Key. Programs other than browsers send neither header and hold no browser's cookie.
 */
@Injectable()
export class OriginGuard implements CanActivate {
  private readonly ownOrigin: string | undefined;

  constructor(
    settings: Settings,
    private readonly reflector: Reflector,
  ) {
    this.ownOrigin = settings.PUMASI_ORIGIN === undefined ? undefined : new URL(settings.PUMASI_ORIGIN).origin;
  }

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (SAFE.has(request.method)) return true;
    const { origin } = request.headers;
    const site = request.headers['sec-fetch-site'];
    const own = this.ownOrigin ?? `${request.protocol}://${request.host}`;
    if ((origin !== undefined && origin !== own) || (site !== undefined && site !== 'same-origin' && site !== 'none')) {
      throw refuse('request.cross-site', 'Commands are only taken from our own pages.', { kind: 'forbidden' });
    }
    const key = request.headers['idempotency-key'];
    const needsKey =
      request.method === 'POST' && !this.reflector.get<boolean | undefined>(WITHOUT_KEY, context.getHandler());
    if ((needsKey || key !== undefined) && (typeof key !== 'string' || !KEY.test(key))) {
      throw invalid('idempotency.key-missing', 'Send an Idempotency-Key header with every POST.', [
        {
          path: 'Idempotency-Key',
          reason: 'must be 1 to 200 visible characters, the same when you repeat a command',
        },
      ]);
    }
    return true;
  }
}
