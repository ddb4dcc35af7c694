/** Joins per second over HTTP, against a bare Fastify route with `pg` that does the same inserts. */
import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import type pg from 'pg';
import { SESSION_COOKIE } from '../src/identity/session-cookie.js';
import { randomToken, sha256 } from '../src/platform/keys/keys.js';
import { benchGround, serve } from './ground.js';
import { median, type Report } from './report.js';

const CONNECTIONS = 32;
const JOINS = 3_000;
const ROUNDS = 5;

interface Joiner {
  readonly token: string;
  readonly member: string;
  readonly person: string;
  readonly body: string;
}

/** @returns rows: joins per second of ours and of the floor, medians of rounds taken in turn */
export async function benchJoins(report: Report): Promise<void> {
  const ground = await benchGround();
  const poolId = randomUUID();
  const settings = { DATABASE_URL: ground.url, PORT: '0', PUMASI_LOG: 'error', PUMASI_WORKERS: 'off' };
  try {
    await prepare(ground.pool, poolId);
    const ours = await serve('src/main.js', {
      ...settings,
      PUMASI_SEALING_KEY: Buffer.alloc(32, 1).toString('base64'),
    });
    const floor = await serve('bench/joins-floor.js', { DATABASE_URL: ground.url });
    const rates = { ours: [] as number[], floor: [] as number[] };
    for (let round = 0; round <= ROUNDS; round += 1) {
      const a = await load(ours.base, poolId, await joiners(ground.pool));
      const b = await load(floor.base, poolId, await joiners(ground.pool));
      // The first round only warms both up.
      if (round > 0) {
        rates.ours.push(a);
        rates.floor.push(b);
      }
    }
    await ours.stop();
    await floor.stop();
    const [mine, bare] = [median(rates.ours), median(rates.floor)];
    report.row('joins', {
      connections: CONNECTIONS,
      'joins/s': Math.round(mine),
      'floor joins/s': Math.round(bare),
      ratio: mine / bare,
      aim: 'at least 0.5',
    });
  } finally {
    await ground.end();
  }
}

async function prepare(pool: pg.Pool, poolId: string): Promise<void> {
  const sponsor = randomUUID();
  await pool.query(`insert into region (code, name) values ('R1', 'Region')`);
  await pool.query(
    `insert into service_tier (code, name, down_mbps, up_mbps, repair_hours) values ('T1', 'Tier', 100, 100, 8)`,
  );
  await pool.query(`insert into organisation (id, kind, name) values ($1, 'association', 'Chamber')`, [sponsor]);
  await pool.query(
    `insert into pool (id, sponsor_id, title, state, joining_ends_at, due_at, critical_mass, term_months, currency, opened_at)
     values ($1, $2, 'Pool', 'open', now() + interval '30 days', now() + interval '30 days', 1, 24, 'KRW', now())`,
    [poolId, sponsor],
  );
  await pool.query(`insert into pool_region values ($1, 'R1')`, [poolId]);
  await pool.query(`insert into pool_tier values ($1, 'T1', 30000)`, [poolId]);
}

/** Members with a session each, and what each is going to send. */
async function joiners(pool: pg.Pool): Promise<Joiner[]> {
  const rows = Array.from({ length: JOINS }, (_none, i) => {
    const token = randomToken();
    return { member: randomUUID(), person: randomUUID(), token, hash: sha256(token), reference: `S-${i}` };
  });
  await pool.query(
    `insert into organisation (id, kind, name) select id, 'member', 'Member' from unnest($1::uuid[]) id`,
    [rows.map((row) => row.member)],
  );
  await pool.query(
    `insert into person (id, email, name, password_hash) select id, id::text, 'Owner', '' from unnest($1::uuid[]) id`,
    [rows.map((row) => row.person)],
  );
  await pool.query(`insert into membership select p, m, 'owner' from unnest($1::uuid[], $2::uuid[]) t (p, m)`, [
    rows.map((row) => row.person),
    rows.map((row) => row.member),
  ]);
  await pool.query(
    `insert into session (token_hash, person_id, organisation_id, expires_at)
     select h, p, m, now() + interval '1 hour' from unnest($1::text[], $2::uuid[], $3::uuid[]) t (h, p, m)`,
    [rows.map((row) => row.hash), rows.map((row) => row.person), rows.map((row) => row.member)],
  );
  return rows.map(({ token, reference, member, person }) => ({
    token,
    member,
    person,
    body: JSON.stringify({
      site: { reference, name: 'Shop', regionCode: 'R1' },
      commitment: 'firm',
      lines: [{ tierCode: 'T1', quantity: 1, ceilingMonthly: 28_000 }],
    }),
  }));
}

/** Sends every join over so many kept connections. @returns joins per second */
async function load(base: string, poolId: string, members: readonly Joiner[]): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const waiting = members.values();
  const began = performance.now();
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      for (const joiner of waiting) await post(agent, `${base}/api/v1/pools/${poolId}/pledges`, joiner);
    }),
  );
  const seconds = (performance.now() - began) / 1_000;
  agent.destroy();
  return members.length / seconds;
}

function post(agent: Agent, url: string, joiner: Joiner): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        agent,
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(joiner.body),
          'idempotency-key': joiner.member,
          cookie: `${SESSION_COOKIE}=${joiner.token}`,
          // Read by the floor only, which knows no sessions.
          'x-member': joiner.member,
          'x-person': joiner.person,
        },
      },
      (answer) => {
        let text = '';
        answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
        answer.on('end', () => (answer.statusCode === 201 ? resolve() : reject(new Error(text))));
      },
    );
    sent.on('error', reject);
    sent.end(joiner.body);
  });
}
