/** What Stripe keeps of the money that it moves, and how much of ours it has. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { OrganisationsQueries } from '../identity/organisations.queries.js';
import type { Minor } from '../kernel/money.js';
import { LedgerQueries } from '../ledger/ledger.queries.js';
import { LedgerService } from '../ledger/ledger.service.js';
import type { Deed } from '../platform/deeds/deeds.js';
import { costEntry } from './rules/entries.js';
import type { BalanceState, CostState } from './stripe-states.js';

/** What there is of a currency at Stripe, and what our books say that there is; in minor units. */
export interface HeldBalance {
  readonly currency: string;
  readonly availableMinor: number;
  readonly pendingMinor: number;
  readonly ledgerMinor: number;
  /** so much more is at Stripe than in the ledger */
  readonly differenceMinor: number;
}

@Injectable()
export class CostsService {
  constructor(
    private readonly ledger: LedgerService,
    private readonly accounts: LedgerQueries,
    private readonly organisations: OrganisationsQueries,
  ) {}

  /**
   * Books what Stripe has kept, each once, to the agency whose payment it is of, and what it asks of the account as a whole
   * to the agency that runs the system. What is of a payment that is not ours is nobody's here: it is seen in the difference
   * of the night. Call behind the lock of the night: two who book the same at a time would fail.
   */
  async book(deed: Deed, costs: readonly CostState[]): Promise<void> {
    const rows: { id: string; agencyId: string; currency: string; minor: Minor }[] = await deed.tx.query(
      `select c.id, coalesce(p.issuer_id, $6) as "agencyId", c.currency, c.minor
       from unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::boolean[]) with ordinality
           as c (id, minor, currency, intent, of_account, at)
         left join payment p on p.way = 'stripe' and p.reference = c.intent
       where c.minor <> 0 and (p.id is not null or c.of_account and $6::uuid is not null)
         and not exists (select from ledger_line l where l.kind = 'stripe-costs' and l.reference = c.id)
       order by c.at desc`,
      [
        costs.map((each) => each.id),
        costs.map((each) => each.minor),
        costs.map((each) => each.currency),
        costs.map((each) => each.paymentIntent),
        costs.map((each) => each.ofAccount),
        await this.organisations.firstAgency(deed.tx),
      ],
    );
    await this.ledger.post(deed, rows.map(costEntry));
  }

  /** Holds what Stripe has of each currency against what all agencies have there by the ledger. */
  async compare(tx: EntityManager, told: readonly BalanceState[]): Promise<HeldBalance[]> {
    const booked = new Map((await this.accounts.totals(tx, 'stripe')).map(({ currency, minor }) => [currency, minor]));
    const there = new Map(told.map((each) => [each.currency, each]));
    return [...new Set([...there.keys(), ...booked.keys()])].toSorted().map((currency) => {
      const { minorAvailable = 0n, minorPending = 0n } = there.get(currency) ?? {};
      const minor = booked.get(currency) ?? 0n;
      return {
        currency,
        availableMinor: Number(minorAvailable),
        pendingMinor: Number(minorPending),
        ledgerMinor: Number(minor),
        differenceMinor: Number(minorAvailable + minorPending - minor),
      };
    });
  }
}
