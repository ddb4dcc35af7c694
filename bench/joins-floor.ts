/**
 * The floor for joins: a bare Fastify route and `pg`, writing the same rows into the same tables in one transaction,
 * without session, permission, validation or rules.
 */
import { createHash, randomUUID } from 'node:crypto';
import Fastify from 'fastify';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: 20 });
const app = Fastify();

interface Body {
  readonly site: { readonly reference: string; readonly name: string; readonly regionCode: string };
  readonly commitment: string;
  readonly lines: readonly { readonly tierCode: string; readonly quantity: number; readonly ceilingMonthly: number }[];
}

app.post<{ Params: { poolId: string }; Body: Body }>('/api/v1/pools/:poolId/pledges', async (request, reply) => {
  const { poolId } = request.params;
  const { site, commitment, lines } = request.body;
  const member = String(request.headers['x-member']);
  const person = String(request.headers['x-person']);
  const key = String(request.headers['idempotency-key']);
  const [siteId, pledgeId] = [randomUUID(), randomUUID()];
  const quantity = lines.reduce((sum, line) => sum + line.quantity, 0);
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query('insert into idempotency (scope, key, deed, input_hash) values ($1, $2, $3, $4)', [
      `${person}@${member}`,
      key,
      'pools.join',
      createHash('sha256').update(JSON.stringify(request.body)).digest('hex'),
    ]);
    await client.query('insert into site (id, member_id, reference, name, region_code) values ($1, $2, $3, $4, $5)', [
      siteId,
      member,
      site.reference,
      site.name,
      site.regionCode,
    ]);
    await client.query(
      `insert into pledge (id, pool_id, site_id, member_id, region_code, commitment, by_member, lines, joined_at)
       values ($1, $2, $3, $4, $5, $6, true, $7, now())`,
      [pledgeId, poolId, siteId, member, site.regionCode, commitment, quantity],
    );
    for (const line of lines) {
      await client.query(
        'insert into pledge_line (id, pledge_id, tier_code, quantity, ceiling_monthly) values ($1, $2, $3, $4, $5)',
        [randomUUID(), pledgeId, line.tierCode, line.quantity, line.ceilingMonthly],
      );
    }
    await client.query(
      `insert into audit_entry (subject_type, subject_id, sequence, at, deed, person_id, person_name, organisation_id,
         address, request_id, facts, previous_hash, hash)
       values ('pledge', $1, 1, now(), 'pools.join', $2, 'Owner', $3, '127.0.0.1', $4, $5, '', $6)`,
      [
        pledgeId,
        person,
        member,
        randomUUID(),
        { poolId, commitment },
        createHash('sha256').update(pledgeId).digest('hex'),
      ],
    );
    const answer = { id: pledgeId, version: 1, poolId, site: { id: siteId, ...site }, commitment, lines };
    await client.query('update idempotency set response = $3 where scope = $1 and key = $2', [
      `${person}@${member}`,
      key,
      answer,
    ]);
    await client.query('commit');
    return await reply.status(201).send(answer);
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
});

process.on('SIGTERM', () => {
  void app.close().then(() => process.exit(0));
});
console.log(await app.listen({ port: 0, host: '127.0.0.1' }));
