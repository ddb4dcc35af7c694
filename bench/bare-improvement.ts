/**
 * The floor for improvements: the rows that one leaves behind, written in one transaction by `pg` and nothing else, into
 * tables of the same shape with the same indexes.
 */
import { createHash, randomUUID } from 'node:crypto';
import type pg from 'pg';

const TABLES = ['idempotency', 'auction_tariff', 'audit_entry', 'outbox_event', 'outbox_delivery'];

export interface BareImprovement {
  readonly auctionId: string;
  readonly alias: string;
  readonly revision: number;
  readonly person: string;
  readonly organisation: string;
  readonly key: string;
  /** the tariff as JSON */
  readonly tariff: string;
}

/** Makes the tables, empty. */
export async function bareTables(pool: pg.Pool): Promise<void> {
  await pool.query('create schema if not exists floor');
  for (const table of TABLES) {
    await pool.query(`drop table if exists floor.${table}`);
    await pool.query(`create table floor.${table} (like public.${table} including all)`);
  }
}

/** @returns what is answered */
export async function improveBare(pool: pg.Pool, given: BareImprovement): Promise<object> {
  const { auctionId, alias, revision, person, organisation, key, tariff } = given;
  const scope = `${person}@${organisation}`;
  const commitment = createHash('sha256').update(tariff).digest('hex');
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query('insert into floor.idempotency (scope, key, deed, input_hash) values ($1, $2, $3, $4)', [
      scope,
      key,
      'bids.improve',
      commitment,
    ]);
    await client.query(
      `insert into floor.auction_tariff (auction_id, alias, revision, by, person_id, received_at, recorded_at, tariff,
         salt, commitment, signature, evaluated_minor)
       values ($1, $2, $3, 'person', $4, now(), now(), $5, $6, $6, $6, 1)`,
      [auctionId, alias, revision, person, tariff, commitment],
    );
    const receipt = { auctionId, alias, revision, commitment, receivedAt: new Date().toISOString() };
    await client.query(
      `insert into floor.audit_entry (subject_type, subject_id, sequence, at, deed, person_id, person_name,
         organisation_id, address, request_id, facts, previous_hash, hash)
       values ('auction-bids', $1, $2, now(), 'bids.improve', $3, 'Bidder', $4, '127.0.0.1', $5, $6, $7, $7)`,
      [`${auctionId} ${alias}`, revision, person, organisation, randomUUID(), receipt, commitment],
    );
    await client.query(
      `with event as (insert into floor.outbox_event (name, payload) values ('auctions.tariff-recorded', $1) returning id)
       insert into floor.outbox_delivery (event_id, handler) select id, 'auctions.take-down' from event`,
      [{ auctionId }],
    );
    await client.query('update floor.idempotency set response = $3 where scope = $1 and key = $2', [
      scope,
      key,
      receipt,
    ]);
    await client.query('commit');
    return receipt;
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
}
