/** Builds the API out of the modules: what main.ts serves and what the tests call. */
import { randomUUID } from 'node:crypto';
import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import { ConsoleLogger, type LogLevel } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule } from '@nestjs/swagger';
import { describeApi } from './api-description.js';
import { AppModule } from './app.module.js';
import { toJson } from './kernel/canonical.js';
import { answerLastRequests } from './platform/http/last-requests.js';
import { answerBadRequest } from './platform/http/problem.filter.js';
import { RAW_BODY } from './platform/http/raw-body.js';
import { answerUnreadable } from './platform/http/unreadable.js';
import { trustedProxy } from './platform/http/proxy.js';
import type { Settings } from './platform/config/settings.js';

/** The largest body of a command. Spreadsheets are streamed and have limits of their own. */
export const BODY_LIMIT_BYTES = 1_048_576;
/** The longest a client may take to send a request, a spreadsheet of 120,000 lines over a slow line included. */
export const REQUEST_TIMEOUT_MILLIS = 900_000;

const LEVELS: readonly LogLevel[] = ['fatal', 'error', 'warn', 'log', 'debug'];

/** What Nest says of every module and route at start; the description at /docs says it better. */
const START_UP_CHATTER = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
]);

/** What fails while starting is thrown as well, and told once by whoever starts (boot.ts). */
const TOLD_BY_BOOT = new Set(['NestApplication', 'ExceptionHandler']);

class HouseLogger extends ConsoleLogger {
  override error(message: unknown, ...context: unknown[]): void {
    if (!TOLD_BY_BOOT.has(String(context.at(-1)))) super.error(message, ...context);
  }

  override log(message: unknown, ...context: unknown[]): void {
    if (!START_UP_CHATTER.has(String(context.at(-1)))) super.log(message, ...context);
  }
}

/** Log lines are JSON, one each, unless a person is watching. Bodies and headers are never logged. */
export function logger(settings: Settings): ConsoleLogger | false {
  if (settings.PUMASI_LOG === 'silent') return false;
  const upTo = LEVELS.indexOf((settings.PUMASI_LOG === 'info' ? 'log' : settings.PUMASI_LOG) as LogLevel);
  return new HouseLogger({ json: !process.stdout.isTTY, logLevels: LEVELS.slice(0, upTo + 1) });
}

/** Makes the application, ready to listen; it does not listen yet. */
export async function createApp(settings: Settings): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MILLIS,
    // What still arrives on a connection that is being answered is answered as well.
    return503OnClosing: false,
    genReqId: () => randomUUID(),
    trustProxy: trustedProxy(settings),
    frameworkErrors: answerBadRequest,
    clientErrorHandler: answerUnreadable,
  });
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.with(settings), adapter, {
    rawBody: true,
    abortOnError: false,
    logger: logger(settings),
  });
  const fastify = adapter.getInstance();
  answerLastRequests(fastify);
  fastify.setReplySerializer((payload) => toJson(payload));
  for (const type of ['text/csv', RAW_BODY]) {
    fastify.addContentTypeParser(type, (_request, payload, done) => done(null, payload));
  }
  await app.register(cookie);
  await app.register(helmet, { contentSecurityPolicy: { directives: { 'upgrade-insecure-requests': null } } });
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id);
    // What is shown at an address depends on who asks, and the next at this browser may be somebody else.
    if (request.url.startsWith('/api/')) void reply.header('cache-control', 'no-store');
    done();
  });
  fastify.get('/', (_request, reply) => reply.redirect('/docs'));
  SwaggerModule.setup('docs', app, () => describeApi(app), { customSiteTitle: 'Pumasi API' });
  return app;
}
