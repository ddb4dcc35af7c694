/** Turns every refusal, and every accident, into RFC 9457 problem details. */
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { Refusal, type RefusalKind } from '../../kernel/refusal.js';
import { outageOf } from '../database/outage.js';

const STATUS: Readonly<Record<RefusalKind, number>> = {
  invalid: 422,
  malformed: 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  stale: 412,
  'too-large': 413,
  unsupported: 415,
  'too-many': 429,
  unavailable: 503,
};

const TITLE: Readonly<Record<number, string>> = {
  400: 'The request does not fit',
  401: 'Please sign in',
  403: 'Not allowed',
  404: 'Not found',
  408: 'Too slow',
  409: 'Not possible now',
  412: 'It was changed meanwhile',
  413: 'Too large',
  414: 'Too long an address',
  415: 'Not a format we read',
  422: 'The input does not fit',
  429: 'Too often',
  431: 'Headers too large',
  500: 'Something broke on our side',
  503: 'Not available now',
};

/** At most this many faults are listed in one answer; `faultCount` tells how many there are. */
export const FAULTS_LISTED = 100;

/** The body of every answer that is not a success (application/problem+json). */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly requestId: string;
  readonly faults?: readonly { path: string; reason: string; line?: number }[];
  readonly faultCount?: number;
}

const OUTAGE = 'database.unavailable';

/** Whether a command was done is not known when its commit was not answered. Its key makes asking again safe. */
const SEND_AGAIN = 'Send it again in a few seconds: under the same Idempotency-Key nothing is done twice';

@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly log = new Logger('Http');

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    const request = http.getRequest<FastifyRequest>();
    const answer = this.problemOf(error, request.id);
    const where = `${request.method} ${request.routeOptions.url ?? ''} [${answer.requestId}]`;
    if (answer.status >= 500 && answer.status !== 503) {
      this.log.error(
        `${where}: ${error instanceof Error ? error.message : 'not an error'}`,
        error instanceof Error ? error.stack : undefined,
      );
    } else if (answer.code === OUTAGE) {
      this.log.warn(`${where}: no database (${outageOf(error) ?? ''})`);
    }
    if (reply.sent) return;
    void reply.status(answer.status).type('application/problem+json').send(answer);
  }

  private problemOf(error: unknown, requestId: string): Problem {
    if (error instanceof Refusal) {
      const status = STATUS[error.kind];
      const listed = error.faults.slice(0, FAULTS_LISTED);
      return {
        ...problem(status, error.code, error.message, requestId),
        ...(listed.length > 0 ? { faults: listed, faultCount: faultCountOf(error) } : {}),
      };
    }
    if (outageOf(error) !== null) {
      return problem(503, OUTAGE, `The database cannot be reached at present. ${SEND_AGAIN}.`, requestId);
    }
    const status = error instanceof HttpException ? error.getStatus() : statusOf(error);
    if (status !== undefined && status < 500) {
      const detail = error instanceof Error ? error.message : 'The request does not fit.';
      return problem(status, `http.${status}`, detail, requestId);
    }
    return problem(
      status === 503 ? 503 : 500,
      status === 503 ? 'http.503' : 'accident',
      `${SEND_AGAIN}; if it happens again, tell us the request id.`,
      requestId,
    );
  }
}

/** Of very many faults a refusal keeps only the first, and their number as a fact. */
function faultCountOf(refusal: Refusal): number {
  const counted = refusal.facts['faultCount'];
  return typeof counted === 'number' ? counted : refusal.faults.length;
}

export function problem(status: number, code: string, detail: string, requestId: string): Problem {
  const title = TITLE[status] ?? 'Refused';
  return { type: `urn:pumasi:problem:${code}`, title, status, code, detail, requestId };
}

/** The answer to a request that Fastify gives up on before there is a route: an address that is none. */
export function answerBadRequest(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const status = statusOf(error) ?? 400;
  void reply
    .status(status)
    .type('application/problem+json')
    .send(problem(status, `http.${status}`, error.message, request.id));
}

/** Fastify's own errors (body too large, bad JSON) carry a statusCode. */
function statusOf(error: unknown): number | undefined {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : undefined;
}
