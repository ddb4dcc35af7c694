/** Answers what is no HTTP: there is no request yet, so neither Nest nor Fastify can. */
import { randomUUID } from 'node:crypto';
import { maxHeaderSize, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { toJson } from '../../kernel/canonical.js';
import { problem } from './problem.filter.js';

/** What Node's parser gives up on, and the answer to it; everything else is a 400. */
const KNOWN: Readonly<Record<string, readonly [number, string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request did not arrive in time. Send it again, all of it.'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, 'The chunks of the body carry too much beside the body. Send it plainly.'],
  HPE_HEADER_OVERFLOW: [
    431,
    `The headers are longer than ${maxHeaderSize} bytes together. Send fewer, or clear the cookies of this site.`,
  ],
};

/** Answers as a problem like any other, and hangs up: nobody knows where the next request would begin. */
export function answerUnreadable(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  // An answer that is under way would only be torn in two. Node keeps it there and looks there itself.
  const underWay = Reflect.get(socket, '_httpMessage') as ServerResponse | null | undefined;
  if (socket.writable && underWay?.headersSent !== true) socket.write(answerTo(error.code ?? ''));
  socket.destroy(error);
}

function answerTo(code: string): string {
  const [status, detail] = KNOWN[code] ?? [400, 'This is not a request that HTTP knows. Check what sends it.'];
  const requestId = randomUUID();
  const body = toJson(problem(status, `http.${status}`, detail, requestId));
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'content-type: application/problem+json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'cache-control: no-store',
    `x-request-id: ${requestId}`,
    'connection: close',
    '',
    body,
  ].join('\r\n');
}
