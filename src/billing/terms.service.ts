/** What an agency bills by: its terms, and members' own tax rates. Invoices that are issued keep what they were issued by. */
import { Injectable } from '@nestjs/common';
import type { Actor } from '../kernel/actor.js';
import { isCurrency } from '../kernel/currency.js';
import { notFound, unless } from '../kernel/refusal.js';
import { OrganisationsQueries } from '../identity/organisations.queries.js';
import { Deeds } from '../platform/deeds/deeds.js';
import { updatedRows } from '../platform/jobs/performer.js';
import { whyStale } from '../platform/http/request.js';
import { BillingQueries } from './billing.queries.js';
import { awaitMonths } from './runs.service.js';
import type { SetTax, SetTerms, TaxView, TermsView } from './terms.dto.js';

@Injectable()
export class TermsService {
  constructor(
    private readonly deeds: Deeds,
    private readonly queries: BillingQueries,
    private readonly organisations: OrganisationsQueries,
  ) {}

  /**
   * Sets the terms of the actor's agency in a currency, for the runs that start from now on.
   * @param seen the version that the actor saw; 0 when nobody has set them
   * @throws Refusal 'terms.not-found' for what is no currency, 'version.stale'
   */
  async set(actor: Actor, currency: string, terms: SetTerms, seen: number): Promise<TermsView> {
    if (!isCurrency(currency)) throw notFound('terms');
    const agencyId = actor.organisationId ?? '';
    const { feeBp, taxBp, dueDays, depositMinor, reserveBp, reserveDays } = terms;
    const facts = { currency, feeBp, taxBp, dueDays, depositMinor, reserveBp, reserveDays };
    return this.deeds.run(actor, 'billing.set-terms', { ...facts, seen }, async (deed) => {
      await awaitMonths(deed, agencyId, currency);
      const rows: { id: string; version: number }[] = await deed.tx.query(
        'select id, version from billing_terms where agency_id = $1 and currency = $2 for update',
        [agencyId, currency],
      );
      const [row] = rows;
      if (!row) throw notFound('terms');
      unless(whyStale(seen, row.version));
      await deed.tx.query(
        `update billing_terms set version = version + 1, fee_bp = $2, tax_bp = $3, due_days = $4, deposit_minor = $5,
           reserve_bp = $6, reserve_days = $7 where id = $1`,
        [row.id, feeBp, taxBp, dueDays, depositMinor, reserveBp, reserveDays],
      );
      await deed.record({ type: 'billing-terms', id: row.id }, facts);
      return { agencyId, currency, ...(await this.queries.terms(deed.tx, agencyId, currency)) };
    });
  }

  /** Sets the tax on the invoices to a member, for the runs that start from now on. @throws Refusal 'member.not-found' */
  async setTax(actor: Actor, memberId: string, { taxBp, why }: SetTax): Promise<TaxView> {
    return this.deeds.run(actor, 'billing.set-tax', { memberId, taxBp, why }, async (deed) => {
      const member = await this.organisations.one(deed.tx, memberId);
      if (member?.kind !== 'member') throw notFound('member');
      await deed.tx.query(
        `insert into member_tax (agency_id, member_id, tax_bp, why) values ($1, $2, $3, $4)
         on conflict (agency_id, member_id) do update set tax_bp = excluded.tax_bp, why = excluded.why`,
        [actor.organisationId, memberId, taxBp, why],
      );
      await deed.record({ type: 'member-tax', id: memberId }, { taxBp }, why);
      return { memberId, taxBp, why };
    });
  }

  /** Lets a member pay the tax of the terms again. @throws Refusal 'tax.not-found' when it has no rate of its own */
  async unsetTax(actor: Actor, memberId: string): Promise<void> {
    await this.deeds.run(actor, 'billing.unset-tax', { memberId }, async (deed) => {
      const removed = await deed.tx
        .query('delete from member_tax where agency_id = $1 and member_id = $2 returning tax_bp as "taxBp"', [
          actor.organisationId,
          memberId,
        ])
        .then(updatedRows<{ taxBp: number }>);
      const [was] = removed;
      if (!was) throw notFound('tax');
      await deed.record({ type: 'member-tax', id: memberId }, { taxBp: null, before: was.taxBp });
    });
  }
}
