/** Reads of offers: for the member, for its association, and as a spreadsheet. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { formatMoney, type Minor } from '../kernel/money.js';
import { pageOf } from '../kernel/page.js';
import { notFound } from '../kernel/refusal.js';
import { OrganisationsQueries } from '../identity/organisations.queries.js';
import { betterOff } from '../pricing/rules/better-off.js';
import { OFFER_ROWS, type OfferRow, placeOf, SEEN, sightParameters, viewOf } from './offer-rows.js';
import type { OfferPage, OffersQuery, OfferView } from './offers.dto.js';
import { harmless } from './rules/harmless.js';
import { sightOf } from './rules/sight.js';

/** Columns of offers.csv. Money as people write it; savings are over the term, for all lines of the offer. */
export const OFFER_COLUMNS = [
  'offer_id',
  'business_ref',
  'region',
  'lot',
  'service_tier',
  'quantity',
  'commitment',
  'at_most_monthly',
  'expected_monthly',
  'present_monthly',
  'open_market_monthly',
  'setup',
  'exit_fee',
  'saving_at_most',
  'saving_expected',
  'verdict',
  'state',
  'agreed_up_to',
  'settled_monthly',
] as const;

/** Rows of a spreadsheet that are in memory at a time. */
const SHEET_ROWS = 2_000;

@Injectable()
export class OffersQueries {
  constructor(private readonly organisations: OrganisationsQueries) {}

  /** @throws Refusal 'offer.not-found', also when the offer is somebody else's */
  async one(tx: EntityManager, actor: Actor, id: string): Promise<OfferView> {
    const rows: OfferRow[] = await tx.query(`${OFFER_ROWS} where ${SEEN} and o.id = $4`, [
      ...sightParameters(sightOf(actor)),
      id,
    ]);
    const [view] = await this.views(tx, rows);
    if (!view) throw notFound('offer');
    return view;
  }

  /** Offers that the actor may see, by agreement and in the order of their lines. */
  async list(tx: EntityManager, actor: Actor, query: OffersQuery): Promise<OfferPage> {
    const [afterAgreement, afterSequence] = placeOf(query.cursor, /^\d{1,18}$/);
    const rows: OfferRow[] = await tx.query(
      `${OFFER_ROWS} where ${SEEN} and ($4::uuid is null or o.agreement_id = $4) and ($5::text is null or o.state = $5)
         and ($6::uuid is null or (o.agreement_id, o.line_sequence) > ($6, $7::bigint))
       order by o.agreement_id, o.line_sequence limit $8`,
      [
        ...sightParameters(sightOf(actor)),
        query.agreementId ?? null,
        query.state ?? null,
        afterAgreement,
        afterSequence,
        query.limit + 1,
      ],
    );
    const page = pageOf(rows, query.limit, (row) => `${row.agreementId}.${row.sequence}`);
    return { items: await this.views(tx, page.items), next: page.next };
  }

  /**
   * The offers of an agreement that the actor may see, as rows of a spreadsheet, in batches read as they are asked for.
   */
  async *sheet(tx: EntityManager, actor: Actor, agreementId: string): AsyncGenerator<string[][]> {
    const sight = sightParameters(sightOf(actor));
    for (let after = -1n; ;) {
      const rows: OfferRow[] = await tx.query(
        `${OFFER_ROWS} where ${SEEN} and o.agreement_id = $4 and o.line_sequence > $5
         order by o.agreement_id, o.line_sequence limit ${SHEET_ROWS}`,
        [...sight, agreementId, after],
      );
      const last = rows.at(-1);
      if (!last) return;
      yield rows.map(cellsOf);
      after = last.sequence;
    }
  }

  private async views(tx: EntityManager, rows: readonly OfferRow[]): Promise<OfferView[]> {
    const names = await this.organisations.names(tx, [...new Set(rows.map((row) => row.providerId))]);
    return rows.map((row) => viewOf(row, names.get(row.providerId) ?? ''));
  }
}

function cellsOf(offer: OfferRow): string[] {
  const test = betterOff(offer);
  const money = (minor: Minor | null): string => (minor === null ? '' : formatMoney(minor, offer.currency));
  const cells: Record<(typeof OFFER_COLUMNS)[number], string> = {
    offer_id: offer.id,
    business_ref: harmless(offer.site),
    region: harmless(offer.region),
    lot: harmless(offer.lot),
    service_tier: harmless(offer.tier),
    quantity: String(offer.quantity),
    commitment: offer.commitment,
    at_most_monthly: money(offer.atMostMonthly),
    expected_monthly: money(offer.expectedMonthly),
    present_monthly: money(offer.presentMonthly),
    open_market_monthly: money(offer.openMarketMonthly),
    setup: money(offer.setup),
    exit_fee: money(offer.exitFee),
    saving_at_most: money(test.savingAtMost),
    saving_expected: money(test.savingExpected),
    verdict: test.verdict,
    state: offer.state,
    agreed_up_to: money(offer.limitMonthly),
    settled_monthly: money(offer.settledMonthly),
  };
  return OFFER_COLUMNS.map((column) => cells[column]);
}
