/** Bodies that a route reads itself, byte by byte: those whose signature counts, and those of which no parser may judge. */
import { Readable } from 'node:stream';
import type { IncomingMessage } from 'node:http';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

/** Whatever a body is said to be, a route that takes it raw is handed its stream under this name (app.ts). */
export const RAW_BODY = 'application/x-raw-body';

/** A middleware for routes that read their bodies themselves, to come before anything is parsed. */
export function takeRaw(request: IncomingMessage, _response: unknown, next: () => void): void {
  request.headers['content-type'] = RAW_BODY;
  next();
}

/** The stream of the body; an empty one when there is no body. Only on routes with `takeRaw`. */
export const RawBody = createParamDecorator((_data: unknown, context: ExecutionContext): Readable => {
  const { body } = context.switchToHttp().getRequest<FastifyRequest>();
  return body instanceof Readable ? body : Readable.from([]);
});

/**
 * All bytes of a body, or why not. What is still sent beyond the limit is read and thrown away, up to as much again, because
 * many clients read no answer before they have sent everything.
 */
export async function wholeBody(stream: Readable, limit: number): Promise<Buffer | 'too-large' | 'cut-off'> {
  const parts: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer | string>) {
      const part = Buffer.from(chunk);
      bytes += part.length;
      if (bytes > limit) {
        discard(stream, limit);
        return 'too-large';
      }
      parts.push(part);
    }
  } catch {
    return 'cut-off';
  }
  return Buffer.concat(parts);
}

/** Reads on without keeping anything, for at most so many bytes. */
export function discard(stream: Readable, limit: number): void {
  let left = limit;
  stream.on('data', (chunk: Buffer | string) => {
    left -= chunk.length;
    if (left < 0) stream.destroy();
  });
  stream.on('error', () => undefined);
  stream.resume();
}
