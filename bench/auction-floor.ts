/** A bare Fastify route in front of the bare transaction of an improvement: no session, permission, validation or rule. */
import Fastify from 'fastify';
import pg from 'pg';
import { improveBare } from './bare-improvement.js';
import { CONNECTIONS } from './improvements.js';

const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: CONNECTIONS });
const app = Fastify();

app.post<{ Params: { id: string } }>('/api/v1/auctions/:id/bids', async (request, reply) => {
  const of = (name: string): string => String(request.headers[name]);
  const answer = await improveBare(pool, {
    auctionId: request.params.id,
    alias: of('x-alias'),
    revision: Number(of('x-revision')),
    person: of('x-person'),
    organisation: of('x-organisation'),
    key: of('idempotency-key'),
    tariff: JSON.stringify(request.body),
  });
  return reply.status(201).send(answer);
});

process.on('SIGTERM', () => {
  void app.close().then(() => process.exit(0));
});
console.log(await app.listen({ port: 0, host: '127.0.0.1' }));
