import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { map, type Observable } from 'rxjs';
import { etagsIn } from './request.js';

/**
 * Gives every answer that has a `version` its ETag, and answers 304 to who has it already. The ETag names the version
 * for If-Match; what of it is shown may differ by viewer. So no cache may keep an answer (app.ts): If-None-Match then
 * only comes from a program that says what it has read itself.
 */
@Injectable()
export class EtagInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    return next.handle().pipe(
      map((answer: unknown) => {
        if (typeof answer !== 'object' || answer === null || !('version' in answer)) return answer;
        const version = String(answer.version);
        const reply = http.getResponse<FastifyReply>();
        void reply.header('etag', `"${version}"`);
        const request = http.getRequest<FastifyRequest>();
        if (request.method === 'GET' && etagsIn(request.headers['if-none-match']).includes(version)) {
          void reply.status(304);
          return undefined;
        }
        return answer;
      }),
    );
  }
}
