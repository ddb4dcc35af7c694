/**
 * Gives back what is left of service credits when nothing will be charged any more from which it could be deducted: by credit
 * notes to what the member was charged under the agreement, the latest invoice first. What exceeds that stays in a list until
 * it is settled otherwise.
 */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ContractsQueries } from '../contracts/contracts.queries.js';
import type { Actor } from '../kernel/actor.js';
import { type Day, dayOf, monthOf } from '../kernel/calendar.js';
import type { Minor } from '../kernel/money.js';
import { pageOf, sequenceCursor } from '../kernel/page.js';
import { unless } from '../kernel/refusal.js';
import { JobSource } from '../platform/database/job-source.js';
import { type Deed, Deeds } from '../platform/deeds/deeds.js';
import type { PageQuery } from '../platform/http/fields.js';
import { CreditNotesService } from './credit-notes.service.js';
import type { LeftCreditPage, LeftCreditView } from './left-credits.dto.js';
import { type Charge, deductionsOf } from './rules/charges.js';
import { givenBack, whyNotSettle } from './rules/left-credits.js';
import { classKey, pricesIn, signedTerms } from './run-rows.js';
import { writeUsedCredits } from './run-writing.js';

/** Members that are looked up together; each is given back in a transaction of its own. */
const PAGE = 500;

/** Whose credits are left, under which agreement. */
interface LeftWith {
  readonly agreementId: string;
  readonly memberId: string;
}

interface LeftCredit {
  readonly creditId: string;
  readonly lot: string;
  readonly tier: string;
  readonly quantity: number;
  readonly contractMonthly: Minor;
  readonly reason: string;
  readonly days: number;
  readonly happenedOn: Day;
  readonly worth: Minor | null;
  readonly used: Minor;
}

/** What is left of a credit, and between whom. */
export interface SettledCredit {
  readonly agencyId: string;
  readonly providerId: string;
  readonly memberId: string;
  readonly agreementId: string;
  readonly subscriptionId: string;
  /** of the call-off contract */
  readonly number: string;
  readonly currency: string;
}

@Injectable()
export class LeftCreditsService {
  constructor(
    private readonly source: JobSource,
    private readonly deeds: Deeds,
    private readonly contracts: ContractsQueries,
    private readonly creditNotes: CreditNotesService,
  ) {}

  /** What the actor's agency has not been able to give back, or not yet, in the order in which it came about. */
  async list(tx: EntityManager, actor: Actor, { cursor, limit }: PageQuery): Promise<LeftCreditPage> {
    const rows: (LeftCreditView & { readonly sequence: bigint })[] = await tx.query(
      `select v.sequence, v.credit_id as "creditId", v.subscription_id as "subscriptionId",
         v.subscription_number as "subscriptionNumber", v.agreement_id as "agreementId", v.member_id as "memberId",
         o.name as "memberName", v.currency::text as currency, v.reason, v.days, v.happened_on::text as "happenedOn",
         v.worth_minor as "worthMinor", v.used_minor as "usedMinor"
       from left_service_credit v join organisation o on o.id = v.member_id
       where v.agency_id = $1 and v.sequence > $2::bigint order by v.sequence limit $3`,
      [actor.organisationId, sequenceCursor(cursor), limit + 1],
    );
    const { items, next } = pageOf(rows, limit, (row) => String(row.sequence));
    return { items: items.map(({ sequence: _order, ...credit }) => credit), next };
  }

  /** After a run: that of its agency and currency. */
  async giveBackAfter(runId: string): Promise<void> {
    const rows: { agencyId: string; currency: string }[] = await this.source.query(
      'select agency_id as "agencyId", currency::text as currency from billing_run where id = $1',
      [runId],
    );
    for (const { agencyId, currency } of rows) await this.giveBack(agencyId, currency);
  }

  /** Gives back whatever an agency can in a currency. Done again, it finds only what could not be given back. */
  async giveBack(agencyId: string, currency: string): Promise<void> {
    for (let after: LeftWith | undefined, more = true; more;) {
      const found: LeftWith[] = await this.source.query(
        `select distinct agreement_id as "agreementId", member_id as "memberId" from left_service_credit
         where agency_id = $1 and currency = $2 and ($3::uuid is null or (agreement_id, member_id) > ($3, $4::uuid))
         order by agreement_id, member_id limit $5`,
        [agencyId, currency, after?.agreementId ?? null, after?.memberId ?? null, PAGE],
      );
      for (const each of found)
        await this.deeds.runAsJob('billing.give-back', (deed) => this.giveTo(deed, agencyId, each));
      after = found.at(-1);
      more = found.length === PAGE;
    }
  }

  /**
   * Notes that all that is left of a credit of the agency reaches the member otherwise. Whatever credit notes can give back is
   * given back by them first: they return its tax and its fee as well.
   * @param minor what is left after that, in minor units, as whoever pays it knows
   * @returns null when nothing is left of such a credit
   * @throws Refusal 'left-credit.given-back', 'left-credit.amount'
   */
  async settle(deed: Deed, agencyId: string | null, creditId: string, minor: Minor): Promise<SettledCredit | null> {
    const present = await leftOf(deed.tx, agencyId, creditId);
    if (present === null) return null;
    await oneAtATime(deed, present);
    if ((await leftOf(deed.tx, agencyId, creditId)) === null) return null;
    await this.giveTo(deed, present.agencyId, present);
    const left = await leftOf(deed.tx, agencyId, creditId);
    if (left === null) throw givenBack();
    unless(whyNotSettle(left, minor));
    await writeUsedCredits(deed.tx, [{ id: creditId, worth: left.worth ?? 0n, used: minor }]);
    return left;
  }

  private async giveTo(deed: Deed, agencyId: string, { agreementId, memberId }: LeftWith): Promise<void> {
    await oneAtATime(deed, { agreementId, memberId });
    const credits: LeftCredit[] = await deed.tx.query(
      `select credit_id as "creditId", lot_code as lot, tier_code as tier, quantity, contract_monthly as "contractMonthly",
         reason, days, happened_on::text as "happenedOn", worth_minor as worth, used_minor as used
       from left_service_credit where agreement_id = $1 and member_id = $2 order by happened_on, credit_id`,
      [agreementId, memberId],
    );
    const invoices: { id: string }[] = await deed.tx.query(
      `select i.id from issued_invoice v join invoice i on i.id = v.invoice_id
       where i.kind = 'invoice' and i.issuer_id = $1 and i.member_id = $2 and exists (
         select from invoice_line l where l.invoice_id = i.id and l.agreement_id = $3)
       order by i.issued_at desc, length(i.number) desc, i.number desc`,
      [agencyId, memberId, agreementId],
    );
    const { wanted, number } = await this.worthOf(deed, agreementId, credits);
    const why = `What was left of service credits when all lines under ${number} had ended.`;
    let left = wanted.reduce((sum, { minor }) => sum - minor, 0n);
    let given = 0n;
    for (const { id } of left > 0n ? invoices : []) {
      const back = await this.creditNotes.giveBack(deed, agencyId, { invoiceId: id, agreementId, upTo: left, why });
      given += back;
      left -= back;
      if (left === 0n) break;
    }
    await writeUsedCredits(deed.tx, usedOf(wanted, given));
  }

  /** What is left of credits, as deductions; priced in the band of the last run where no run has come to them. */
  private async worthOf(
    { tx, now }: Deed,
    agreementId: string,
    credits: readonly LeftCredit[],
  ): Promise<{ wanted: Charge[]; number: string }> {
    const bands: { band: number }[] = await tx.query(
      `select g.band from run_agreement g join billing_run r on r.id = g.run_id
       where g.agreement_id = $1 and r.state = 'issued' order by r.month desc limit 1`,
      [agreementId],
    );
    const terms = await signedTerms(tx, this.contracts, agreementId);
    const prices = pricesIn(terms, bands[0]?.band ?? 0);
    const wanted = credits.flatMap(({ lot, tier, quantity, contractMonthly, worth, used, ...credit }) => {
      const line = { quantity, contractMonthly, setup: 0n, billedUntil: null };
      const price = prices.get(classKey(lot, tier)) ?? contractMonthly;
      const earlier = worth === null ? null : { worth, used };
      return deductionsOf({ line, price, credits: [{ ...credit, earlier }] }, null, monthOf(dayOf(now)));
    });
    return { wanted, number: terms.number };
  }
}

/** Or what is left would be given back by credit notes and by hand. */
async function oneAtATime({ tx }: Deed, { agreementId, memberId }: LeftWith): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('left credits ' || $1 || $2, 0))`, [
    agreementId,
    memberId,
  ]);
}

async function leftOf(
  tx: EntityManager,
  agencyId: string | null,
  creditId: string,
): Promise<(SettledCredit & { readonly worth: Minor | null; readonly used: Minor }) | null> {
  const rows: (SettledCredit & { readonly worth: Minor | null; readonly used: Minor })[] = await tx.query(
    `select agency_id as "agencyId", provider_id as "providerId", member_id as "memberId", agreement_id as "agreementId",
       subscription_id as "subscriptionId", subscription_number as number, currency::text as currency,
       worth_minor as worth, used_minor as used
     from left_service_credit where credit_id = $1 and agency_id = $2`,
    [creditId, agencyId],
  );
  return rows[0] ?? null;
}

/** What was used of each credit when so much could be given back: the earlier ones first. */
function usedOf(wanted: readonly Charge[], given: Minor): { id: string; worth: Minor; used: Minor }[] {
  let left = given;
  return wanted.flatMap(({ creditId, unit, minor }) => {
    const used = -minor < left ? -minor : left;
    left -= used;
    return creditId === null ? [] : [{ id: creditId, worth: unit, used }];
  });
}
