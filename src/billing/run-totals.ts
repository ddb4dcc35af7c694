/** What the invoices of a run come to, counted from what was written. */
import type { EntityManager } from 'typeorm';
import type { Minor } from '../kernel/money.js';
import type { RunTotals } from './rules/drafting.js';

/** Writes what each agreement is charged, too. */
export async function totalsOf(tx: EntityManager, runId: string): Promise<RunTotals & { activationMinor: Minor }> {
  await tx.query(
    `update run_agreement g set net_minor = s.minor
     from (select l.agreement_id, sum(l.minor)::bigint as minor
           from invoice i join invoice_line l on l.invoice_id = i.id where i.run_id = $1 group by 1) s
     where g.run_id = $1 and g.agreement_id = s.agreement_id`,
    [runId],
  );
  const rows: (RunTotals & { activationMinor: Minor })[] = await tx.query(
    `select i.*, l.*, s.*, g.* from
       (select count(*)::int as invoices, coalesce(sum(net_minor), 0)::bigint as "netMinor",
          coalesce(sum(tax_minor), 0)::bigint as "taxMinor", coalesce(sum(grant_minor), 0)::bigint as "grantMinor",
          coalesce(sum(total_minor), 0)::bigint as "totalMinor" from invoice where run_id = $1) i,
       (select coalesce(sum(l.minor) filter (where l.kind = 'monthly'), 0)::bigint as "monthlyMinor",
          coalesce(sum(l.minor) filter (where l.kind = 'set-up'), 0)::bigint as "setupMinor",
          coalesce(sum(l.minor) filter (where l.kind = 'add-on'), 0)::bigint as "addOnsMinor",
          coalesce(-sum(l.minor) filter (where l.kind = 'service-credit'), 0)::bigint as "creditsMinor"
        from invoice i join invoice_line l on l.invoice_id = i.id where i.run_id = $1) l,
       (select coalesce(sum(s.fee_minor), 0)::bigint as "feeMinor",
          coalesce(sum(s.payable_minor), 0)::bigint as "payableMinor"
        from invoice i join invoice_share s on s.invoice_id = i.id where i.run_id = $1) s,
       (select coalesce(sum(activation_minor), 0)::bigint as "activationMinor"
        from run_agreement where run_id = $1) g`,
    [runId],
  );
  if (!rows[0]) throw new Error(`run ${runId} was not counted`);
  return rows[0];
}
