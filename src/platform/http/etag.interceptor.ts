import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { map, type Observable } from 'rxjs';

/** Gives every answer that has a `version` its ETag, and answers 304 to who has it already. */
@Injectable()
export class EtagInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    return next.handle().pipe(
      map((answer: unknown) => {
        if (typeof answer !== 'object' || answer === null || !('version' in answer)) return answer;
        const etag = `"${String(answer.version)}"`;
        const reply = http.getResponse<FastifyReply>();
        void reply.header('etag', etag);
        const request = http.getRequest<FastifyRequest>();
        if (request.method === 'GET' && request.headers['if-none-match'] === etag) {
          void reply.status(304);
          return undefined;
        }
        return answer;
      }),
    );
  }
}
