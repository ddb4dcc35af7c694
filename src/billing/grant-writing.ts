/** Writes what schemes pay of invoices, and what of it goes back to their budgets with credit notes. */
import type { EntityManager } from 'typeorm';
import type { Grant } from './rules/grants.js';

/** A grant of an invoice, or what a credit note takes back of it. */
export interface NewGrant extends Grant {
  readonly invoiceId: string;
}

/** Invoices take from the budgets. Whoever calls holds the schemes. */
export async function writeGrants(tx: EntityManager, grants: readonly NewGrant[]): Promise<void> {
  await write(tx, grants, '+');
}

/** A credit note gives back to the budgets, also to those of schemes that have ended. */
export async function writeGrantsBack(tx: EntityManager, grants: readonly NewGrant[]): Promise<void> {
  if (grants.length === 0) return;
  // In the order in which runs hold them, so that neither waits for the other in a circle.
  await tx.query('select 1 from grant_scheme where id = any($1) order by sequence for update', [
    grants.map((grant) => grant.schemeId),
  ]);
  await write(tx, grants, '-');
}

async function write(tx: EntityManager, grants: readonly NewGrant[], sign: '+' | '-'): Promise<void> {
  if (grants.length === 0) return;
  await tx.query(
    `with written as (
       insert into invoice_grant (invoice_id, scheme_id, subscription_id, months, lines, minor)
       select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::integer[], $5::integer[], $6::bigint[])
       returning scheme_id, minor
     )
     update grant_scheme s set granted_minor = s.granted_minor ${sign} w.minor
     from (select scheme_id, sum(minor)::bigint as minor from written group by 1) w where s.id = w.scheme_id`,
    [
      grants.map((grant) => grant.invoiceId),
      grants.map((grant) => grant.schemeId),
      grants.map((grant) => grant.subscriptionId),
      grants.map((grant) => grant.months),
      grants.map((grant) => grant.lines),
      grants.map((grant) => grant.minor),
    ],
  );
}
