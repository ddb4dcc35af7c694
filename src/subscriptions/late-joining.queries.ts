/** Reads of late joining: which agreements are open to join, and what joining one comes to. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ContractsQueries } from '../contracts/contracts.queries.js';
import { dayOf } from '../kernel/calendar.js';
import { pageOf } from '../kernel/page.js';
import { invalid, notFound, unless } from '../kernel/refusal.js';
import type { PageQuery } from '../platform/http/fields.js';
import { databaseNow } from '../platform/deeds/deeds.js';
import type { LatePlace, LatePreview, OpenAgreement, OpenAgreementPage } from './late-joining.dto.js';
import { presentLines, readJoining, type RunningAgreement } from './late-rows.js';
import { uuidOf } from './offer-rows.js';
import {
  capacityLeft,
  type ClassLines,
  classOf,
  type LateCell,
  latePrice,
  linesOf,
  nextBand,
  saving,
  whyNotJoinNow,
  type WantedPlace,
} from './rules/late-joining.js';

/** An agreement, and the lines that are there. */
export interface JoinableAgreement {
  readonly agreement: RunningAgreement;
  readonly present: readonly ClassLines[];
}

@Injectable()
export class LateJoiningQueries {
  constructor(private readonly contracts: ContractsQueries) {}

  /** Agreements that are open to join today, each with what it serves where, and at which price. */
  async open(tx: EntityManager, { cursor, limit }: PageQuery): Promise<OpenAgreementPage> {
    const rows: { id: string }[] = await tx.query(
      `select agreement_id as id from late_joining
       where until_on >= business_day(app_now()) and ($1::uuid is null or agreement_id > $1)
       order by agreement_id limit $2`,
      [uuidOf(cursor), limit + 1],
    );
    const page = pageOf(rows, limit, (row) => row.id);
    const items: OpenAgreement[] = [];
    for (const { id } of page.items) items.push(shown(await this.joinable(tx, id)));
    return { items, next: page.next };
  }

  /**
   * What lines would cost that joined now, and what they would do for all others.
   * @throws Refusal 'agreement.not-found', 'late-joining.closed', 'late-join.place'
   */
  async preview(tx: EntityManager, agreementId: string, place: LatePlace): Promise<LatePreview> {
    const { agreement, present } = await this.joinable(tx, agreementId);
    unless(whyNotJoinNow(agreement.until, dayOf(await databaseNow(tx))));
    const cell = cellOf(agreement, place);
    const linesNow = linesOf(present);
    const linesThen = linesNow + place.quantity;
    const then = latePrice(agreement, linesThen, cell);
    const next = nextBand(agreement, linesThen);
    return {
      agreementId,
      lot: cell.lot,
      region: place.region,
      tier: cell.tier,
      quantity: place.quantity,
      currency: agreement.terms.currency,
      termMonths: agreement.terms.termMonths,
      until: agreement.until ?? '',
      linesNow,
      linesThen,
      capacityLeft: capacityLeft(agreement.tariff, present, cell),
      monthlyNow: latePrice(agreement, linesNow, cell).monthly,
      monthly: then.monthly,
      setup: then.setup,
      oneMoreSaves: saving(agreement, present, 1),
      theseSave: saving(agreement, present, place.quantity),
      next: next && {
        from: next.from,
        missing: next.missing,
        monthly: latePrice(agreement, next.from, cell).monthly,
      },
    };
  }

  /** A settled agreement as it can be joined. @throws Refusal 'agreement.not-found' */
  async joinable(tx: EntityManager, agreementId: string): Promise<JoinableAgreement> {
    const joining = await readJoining(tx, agreementId);
    const terms = joining && (await this.contracts.terms(tx, agreementId));
    if (!terms) throw notFound('agreement');
    const agreement = { ...joining, terms, tariff: terms.tariff, cells: terms.cells };
    return { agreement, present: await presentLines(tx, agreementId) };
  }
}

/** The class of a place. @throws Refusal 'late-join.place' when the agreement does not serve it */
export function cellOf(agreement: RunningAgreement, place: WantedPlace): LateCell {
  const found = classOf(agreement, place);
  if ('reason' in found) throw invalid('late-join.place', `${found.path} ${found.reason}.`, [found]);
  return found;
}

function shown({ agreement, present }: JoinableAgreement): OpenAgreement {
  const { terms, until } = agreement;
  const lines = linesOf(present);
  return {
    agreementId: terms.agreementId,
    number: terms.number,
    providerName: terms.providerName,
    currency: terms.currency,
    termMonths: terms.termMonths,
    until: until ?? '',
    lines,
    classes: terms.cells.map((cell) => {
      const { monthly, setup } = latePrice(agreement, lines + 1, cell);
      const { lot, lotTitle, regions, tier } = cell;
      return { lot, lotTitle, regions, tier, capacityLeft: capacityLeft(terms.tariff, present, cell), monthly, setup };
    }),
  };
}
