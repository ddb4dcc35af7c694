/** Reads of late joining: which agreements are open to join, and what joining one comes to. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ContractsQueries } from '../contracts/contracts.queries.js';
import { dayOf } from '../kernel/calendar.js';
import { pageOf, sequenceCursor, uuidCursor } from '../kernel/page.js';
import { invalid, notFound, unless } from '../kernel/refusal.js';
import { namedRow } from '../platform/database/named-row.js';
import type { PageQuery } from '../platform/http/fields.js';
import { databaseNow } from '../platform/deeds/deeds.js';
import type {
  LateClassesQuery,
  LatePreview,
  LatePreviewQuery,
  OpenAgreement,
  OpenAgreementPage,
  PreviewedClassPage,
} from './late-joining.dto.js';
import { linesElsewhere, presentLines, readJoining, type RunningAgreement } from './late-rows.js';
import {
  type ClassLines,
  classOf,
  type LateCell,
  latePrice,
  linesOf,
  nextBand,
  Room,
  saving,
  savingsMayBeTold,
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

  /** Agreements that are open to join today, and how many lines each has. */
  async open(tx: EntityManager, { cursor, limit }: PageQuery): Promise<OpenAgreementPage> {
    const rows: { id: string }[] = await tx.query(
      `select agreement_id as id from late_joining
       where until_on >= business_day(app_now()) and ($1::uuid is null or agreement_id > $1)
       order by agreement_id limit $2`,
      [await namedRow(tx, uuidCursor(cursor), 'late_joining where agreement_id = $1'), limit + 1],
    );
    const page = pageOf(rows, limit, (row) => row.id);
    const items: OpenAgreement[] = [];
    for (const { id } of page.items) items.push(shown(await this.joinable(tx, id)));
    return { items, next: page.next };
  }

  /**
   * What lines that joined now would do for all others.
   * @throws Refusal 'agreement.not-found', 'late-joining.closed'
   */
  async preview(tx: EntityManager, agreementId: string, query: LatePreviewQuery): Promise<LatePreview> {
    const { agreement, present } = await this.joinableNow(tx, agreementId);
    const { terms, until } = agreement;
    const { quantity } = query;
    const linesNow = linesOf(present);
    const linesThen = linesNow + quantity;
    const next = nextBand(agreement, linesThen);
    const told = savingsMayBeTold(present);
    return {
      agreementId,
      quantity,
      currency: terms.currency,
      termMonths: terms.termMonths,
      until: until ?? '',
      linesNow,
      linesThen,
      oneMoreSaves: told ? saving(agreement, present, 1) : null,
      theseSave: told ? saving(agreement, present, quantity) : null,
      next: next && { from: next.from, missing: next.missing },
    };
  }

  /**
   * What lines would cost that joined now, class by class, in the order of the agreement, which never changes.
   * @throws Refusal 'agreement.not-found', 'late-joining.closed', 'late-join.place'
   */
  async classes(tx: EntityManager, agreementId: string, query: LateClassesQuery): Promise<PreviewedClassPage> {
    const { agreement, present } = await this.joinableNow(tx, agreementId);
    const linesNow = linesOf(present);
    const linesThen = linesNow + query.quantity;
    const next = nextBand(agreement, linesThen);
    const room = new Room(agreement, present);
    const price = (lines: number, cell: LateCell) => latePrice(agreement, lines, cell).monthly;
    const after = Number(sequenceCursor(query.cursor));
    const left = askedFor(agreement, query).filter(({ place }) => place > after);
    const page = pageOf(left, query.limit, ({ place }) => String(place));
    const items = page.items.map(({ cell }) => ({
      lot: cell.lot,
      lotTitle: cell.lotTitle,
      regions: cell.regions,
      tier: cell.tier,
      capacityLeft: room.left(cell),
      monthlyNow: price(linesNow, cell),
      monthly: price(linesThen, cell),
      monthlyNext: next && price(next.from, cell),
      setup: latePrice(agreement, linesThen, cell).setup,
    }));
    return { items, next: page.next };
  }

  /** A settled agreement as it can be joined. @throws Refusal 'agreement.not-found' */
  async joinable(tx: EntityManager, agreementId: string): Promise<JoinableAgreement> {
    const joining = await readJoining(tx, agreementId);
    const terms = joining && (await this.contracts.terms(tx, agreementId));
    if (!terms) throw notFound('agreement');
    const elsewhere = await linesElsewhere(tx, agreementId);
    const { tariff, cells, heldLines } = terms;
    const agreement = { ...joining, terms, tariff, cells, heldLines, elsewhere };
    return { agreement, present: await presentLines(tx, agreementId) };
  }

  private async joinableNow(tx: EntityManager, agreementId: string): Promise<JoinableAgreement> {
    const found = await this.joinable(tx, agreementId);
    unless(whyNotJoinNow(found.agreement.until, dayOf(await databaseNow(tx))));
    return found;
  }
}

/** The class of a place. @throws Refusal 'late-join.place' when the agreement does not serve it */
export function cellOf(agreement: RunningAgreement, place: WantedPlace): LateCell {
  const found = classOf(agreement, place);
  if ('reason' in found) throw invalid('late-join.place', `${found.path} ${found.reason}.`, [found]);
  return found;
}

/** A class, and its place among all of the agreement, from 1. */
interface PlacedCell {
  readonly place: number;
  readonly cell: LateCell;
}

/** @throws Refusal 'late-join.place' when there are none */
function askedFor(agreement: RunningAgreement, { region, tier }: LateClassesQuery): readonly PlacedCell[] {
  const found = agreement.cells
    .map((cell, index) => ({ cell, place: index + 1 }))
    .filter(
      ({ cell }) =>
        (region === undefined || cell.regions.includes(region)) && (tier === undefined || cell.tier === tier),
    );
  if (found.length > 0) return found;
  const reason = 'must be a place that the agreement serves: leave region and tier out to see all';
  throw invalid('late-join.place', `region, with tier, ${reason}.`, [{ path: 'region', reason }]);
}

function shown({ agreement, present }: JoinableAgreement): OpenAgreement {
  const { terms, until } = agreement;
  return {
    agreementId: terms.agreementId,
    number: terms.number,
    providerName: terms.providerName,
    currency: terms.currency,
    termMonths: terms.termMonths,
    until: until ?? '',
    lines: linesOf(present),
  };
}
