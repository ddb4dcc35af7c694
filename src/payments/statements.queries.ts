/**
 * A provider's statement of a month: read from the ledger alone, so that it cannot say anything else than what is owed. What
 * is owed to a provider is on its payable account and, as far as it is kept back, on its reserve account.
 */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { dayStart, monthsLater } from '../kernel/calendar.js';
import type { Minor } from '../kernel/money.js';
import { pageOf, sequenceCursor } from '../kernel/page.js';
import { invalid } from '../kernel/refusal.js';
import type { StatementLinePage, StatementLineView, StatementView } from './payouts.dto.js';

/** Lines that are read at a time. */
const BATCH = 10_000;

export interface Wanted {
  readonly month: string;
  readonly currency: string;
  readonly providerId?: string;
}

interface Span {
  readonly providerId: string;
  readonly currency: string;
  readonly from: Date;
  readonly until: Date;
}

type Placed = StatementLineView & { readonly entry: string };

/** An entry is one line, whichever of the two accounts it moves. */
const MOVED = `
  select l.entry_id as entry, l.kind, l.reference, l.memo, l.booked_at,
    coalesce(-sum(l.minor) filter (where l.purpose = 'payable'), 0)::bigint as payable,
    coalesce(-sum(l.minor) filter (where l.purpose = 'reserve'), 0)::bigint as reserve
  from ledger_line l
  where l.organisation_id = $1 and l.currency = $2 and l.purpose in ('payable', 'reserve')
    and l.booked_at >= $3 and l.booked_at < $4 and l.entry_id > $5
  group by l.entry_id, l.kind, l.reference, l.memo, l.booked_at order by l.entry_id limit $6`;

/** What of an entry's reference is an invoice's id is compared as such, or no index would find it. */
const SHARE = `
  left join invoice_share s on s.provider_id = $1
    and s.invoice_id = case when m.kind in ('invoice', 'credit-note') then m.reference::uuid end`;

@Injectable()
export class StatementsQueries {
  /** @throws Refusal 'statement.provider' */
  async one(tx: EntityManager, actor: Actor, wanted: Wanted): Promise<StatementView> {
    const span = spanOf(actor, wanted);
    const opening = await owedAt(tx, span, span.from);
    const rows: Omit<StatementView, 'openingMinor' | 'closingMinor' | 'reserveMinor'>[] = await tx.query(
      `select coalesce(sum(s.net_minor) filter (where m.kind = 'invoice'), 0)::bigint as "chargesMinor",
         coalesce(-sum(s.net_minor) filter (where m.kind = 'credit-note'), 0)::bigint as "creditsMinor",
         coalesce(sum(case m.kind when 'invoice' then -s.fee_minor else s.fee_minor end), 0)::bigint as "feeMinor",
         coalesce(sum(m.payable) filter (where m.kind = 'activation'), 0)::bigint as "activationMinor",
         coalesce(sum(m.payable) filter (where m.kind in ('payout', 'payout-reversal', 'repayment')), 0)::bigint as "payoutsMinor",
         count(*)::int as lines
       from (${MOVED}) m ${SHARE}`,
      [...parametersOf(span), '0', null],
    );
    const [sums] = rows;
    if (!sums) throw new Error('no sums');
    const { owed: closing, reserve } = await owedAt(tx, span, span.until);
    const { chargesMinor, creditsMinor, feeMinor, activationMinor, payoutsMinor } = sums;
    const told = chargesMinor + creditsMinor + feeMinor + activationMinor + payoutsMinor;
    return {
      ...sums,
      providerId: span.providerId,
      month: wanted.month,
      currency: span.currency,
      openingMinor: opening.owed,
      otherMinor: closing - opening.owed - told,
      closingMinor: closing,
      reserveMinor: reserve,
    };
  }

  async lines(
    tx: EntityManager,
    actor: Actor,
    wanted: Wanted & { readonly cursor?: string; readonly limit: number },
  ): Promise<StatementLinePage> {
    const span = spanOf(actor, wanted);
    const after = sequenceCursor(wanted.cursor);
    const rows = await linesAfter(tx, span, after, await owedAfter(tx, span, after), wanted.limit + 1);
    const { items, next } = pageOf(rows, wanted.limit, ({ entry }) => entry);
    return { items: items.map(({ entry: _order, ...shown }) => shown), next };
  }

  /** All lines of a month, read by and by. @throws Refusal 'statement.provider' at once */
  sheet(tx: EntityManager, actor: Actor, wanted: Wanted): AsyncGenerator<readonly StatementLineView[]> {
    const span = spanOf(actor, wanted);
    return (async function* () {
      let balance = await owedAfter(tx, span, '0');
      for (let after = '0'; ;) {
        const rows = await linesAfter(tx, span, after, balance, BATCH);
        const last = rows.at(-1);
        if (!last) return;
        yield rows;
        after = last.entry;
        balance = last.balanceMinor;
      }
    })();
  }
}

async function linesAfter(
  tx: EntityManager,
  span: Span,
  after: string,
  balance: Minor,
  limit: number,
): Promise<Placed[]> {
  return tx.query(
    `select m.entry::text, m.booked_at as "bookedAt", m.kind, m.reference, m.memo,
       case m.kind when 'invoice' then s.net_minor when 'credit-note' then -s.net_minor end as "netMinor",
       case m.kind when 'invoice' then -s.fee_minor when 'credit-note' then s.fee_minor end as "feeMinor",
       m.payable as "payableMinor", m.reserve as "reserveMinor",
       ($7::bigint + sum(m.payable + m.reserve) over (order by m.entry))::bigint as "balanceMinor"
     from (${MOVED}) m ${SHARE} order by m.entry`,
    [...parametersOf(span), after, limit, balance],
  );
}

/** What is owed after a line of the month; before its first line for '0'. */
async function owedAfter(tx: EntityManager, span: Span, after: string): Promise<Minor> {
  const rows: { owed: Minor }[] = await tx.query(
    `select coalesce(-sum(minor), 0)::bigint as owed from ledger_line
     where organisation_id = $1 and currency = $2 and purpose in ('payable', 'reserve')
       and (booked_at < $3 or booked_at < $4 and entry_id <= $5)`,
    [...parametersOf(span), after],
  );
  return rows[0]?.owed ?? 0n;
}

async function owedAt(
  tx: EntityManager,
  { providerId, currency }: Span,
  at: Date,
): Promise<{ owed: Minor; reserve: Minor }> {
  const rows: { owed: Minor; reserve: Minor }[] = await tx.query(
    `select coalesce(-sum(minor), 0)::bigint as owed,
       coalesce(-sum(minor) filter (where purpose = 'reserve'), 0)::bigint as reserve
     from ledger_line
     where organisation_id = $1 and currency = $2 and purpose in ('payable', 'reserve') and booked_at < $3`,
    [providerId, currency, at],
  );
  return rows[0] ?? { owed: 0n, reserve: 0n };
}

function parametersOf({ providerId, currency, from, until }: Span): unknown[] {
  return [providerId, currency, from, until];
}

function spanOf(actor: Actor, { month, currency, providerId }: Wanted): Span {
  const own = actor.organisationKind === 'provider' ? actor.organisationId : null;
  const of = own ?? providerId;
  if (of === undefined || (own !== null && providerId !== undefined && providerId !== own)) {
    const reason = own === null ? 'must be given: the id of the provider' : 'must be your own, or not be given';
    throw invalid('statement.provider', `providerId ${reason}.`, [{ path: 'providerId', reason }]);
  }
  const first = `${month}-01`;
  return { providerId: of, currency, from: dayStart(first), until: dayStart(monthsLater(first, 1)) };
}
