/** Lines join a running agreement: an officer opens it, members join, associations join with many members. */
import { Injectable } from '@nestjs/common';
import { ContractsService } from '../contracts/contracts.service.js';
import { whyNotForAgency } from '../identity/rules/whose-agency.js';
import type { Actor } from '../kernel/actor.js';
import { type Day, dayOf } from '../kernel/calendar.js';
import { formatMoney } from '../kernel/money.js';
import { invalid, notFound, refuse, unless } from '../kernel/refusal.js';
import { type Deed, Deeds } from '../platform/deeds/deeds.js';
import { RowFaults } from '../platform/http/csv.js';
import { MembersService } from '../pools/members.service.js';
import type { LateJoin, LateJoiningView, LateJoinsImported } from './late-joining.dto.js';
import { cellOf, LateJoiningQueries, type JoinableAgreement } from './late-joining.queries.js';
import {
  holdJoining,
  joinedBefore,
  type JoinedBefore,
  type Joining,
  writeAddresses,
  writeJoined,
} from './late-rows.js';
import { judgeLateRows, type LateAtLine, type LateRowFault, placeFaults } from './rules/late-judging.js';
import {
  capacityLeft,
  type ClassLines,
  latePrice,
  linesOf,
  whyNotJoinNow,
  whyNotOpenUntil,
} from './rules/late-joining.js';
import type { SubscriptionView } from './subscriptions.dto.js';
import { SubscriptionsQueries } from './subscriptions.queries.js';

/** Rows whose address is not taken over are named in an answer up to so many. */
const KEPT_LISTED = 100;

/** A spreadsheet of lines that join, read and understood. */
export interface LateSheet {
  /** SHA-256 of the file */
  readonly hash: string;
  readonly rows: readonly LateAtLine[];
}

@Injectable()
export class LateJoiningService {
  constructor(
    private readonly deeds: Deeds,
    private readonly queries: LateJoiningQueries,
    private readonly subscriptions: SubscriptionsQueries,
    private readonly members: MembersService,
    private readonly contracts: ContractsService,
  ) {}

  /**
   * Opens a settled agreement of the actor's agency to join until the end of a day, or says another day. Said again, it
   * changes nothing.
   * @throws Refusal 'agreement.not-found', 'agency.not-yours', 'late-joining.not-settled', 'late-joining.until'
   */
  async open(actor: Actor, agreementId: string, until: Day): Promise<LateJoiningView> {
    return this.deeds.run(actor, 'late-joining.open', { agreementId, until }, async (deed) => {
      const rows: { agencyId: string; settledOn: Day | null; termMonths: number }[] = await deed.tx.query(
        `select a.agency_id as "agencyId", r.term_months as "termMonths",
           case r.state when 'settled' then business_day(r.closed_at)::text end as "settledOn"
         from offer_round r join framework_agreement a on a.id = r.id where r.id = $1`,
        [agreementId],
      );
      const [round] = rows;
      if (!round) throw notFound('agreement');
      unless(whyNotForAgency(round.agencyId, actor));
      unless(whyNotOpenUntil(round.settledOn, round.termMonths, until));
      const changed: unknown[] = await deed.tx.query(
        `insert into late_joining as l (agreement_id, until_on, opened_at) values ($1, $2, $3)
         on conflict (agreement_id) do update set until_on = excluded.until_on where l.until_on <> excluded.until_on
         returning 1`,
        [agreementId, until, deed.now],
      );
      if (changed.length > 0) await deed.record({ type: 'offer-round', id: agreementId }, { lateJoiningUntil: until });
      return { agreementId, until };
    });
  }

  /**
   * Joins with lines of the actor's own, at the price of all lines with these, which is at most what the actor agrees to.
   * @throws Refusal 'agreement.not-found', 'late-joining.closed', 'late-join.place', 'late-join.joined-already',
   *   'late-join.capacity', 'late-join.dearer'
   */
  async join(actor: Actor, agreementId: string, wanted: LateJoin): Promise<SubscriptionView> {
    const memberId = actor.organisationId;
    if (memberId === null) throw notFound('agreement');
    const { site, region, quantity, upTo } = wanted;
    const address = wanted.address ?? null;
    const asked = { agreementId, site, region, tier: wanted.tier, quantity, upTo };
    // Without an address a command has the same hash as one from before there were any, which may be repeated.
    const input = address === null ? asked : { ...asked, address };
    return this.deeds.run(actor, 'late-joining.join', input, async (deed) => {
      const { agreement, present } = await this.joinableNow(deed, agreementId);
      const { lot, tier } = cellOf(agreement, wanted);
      const before = await joinedBefore(deed.tx, agreementId, [memberId]);
      if (before.some((joined) => joined.present && joined.site === site && joined.tier === tier)) {
        throw refuse(
          'late-join.joined-already',
          `You have ${tier} at the site ${site} under this agreement already. For more lines there, give them another name.`,
        );
      }
      const left = capacityLeft(agreement, present, { lot, tier });
      if (left !== null && quantity > left) throw tooMany(left, tier);
      const lines = linesOf(present) + quantity;
      const price = latePrice(agreement, lines, { lot, tier });
      if (upTo < price.monthly) throw dearer(formatMoney(price.monthly, agreement.terms.currency));
      const joining: Joining = { memberId, associationId: null, site, region, lot, tier, quantity, upTo, address };
      const [id = ''] = await writeJoined(deed, agreement, lines, [joining]);
      await this.contracts.joined(deed, agreement.terms, [{ lot, tier, lines: quantity }]);
      const view = await this.subscriptions.one(deed.tx, actor, id);
      const facts = { agreementId, number: view.number, lot, tier, quantity, upTo, lines, band: price.band };
      await deed.record({ type: 'subscription', id }, { ...facts, contentHash: view.contentHash });
      return view;
    });
  }

  /**
   * Joins with lines of an association's members, whose written consent it states that it holds: all of a spreadsheet, or
   * none, and all at the price of the volume that they reach together. The same file again adds nothing. A row
   * that differs from an earlier one in its address alone tells the address if these lines have none; if they have another,
   * that stays, and the answer says so.
   * @throws Refusal 'csv.rows' with line and column of what is wrong, 'agreement.not-found', 'late-joining.closed'
   */
  async importJoins(actor: Actor, agreementId: string, { hash, rows }: LateSheet): Promise<LateJoinsImported> {
    const associationId = actor.organisationId;
    if (associationId === null) throw notFound('agreement');
    const input = { agreementId, hash, consent: 'stated' };
    return this.deeds.run(actor, 'late-joining.import', input, async (deed) => {
      const { agreement, present } = await this.joinableNow(deed, agreementId);
      // Before anybody becomes a member: a site is in a region that is known.
      refuseFaults(placeFaults(agreement, rows));
      const members = await this.members.named(deed, associationId, rows);
      const before = await beforeOf(deed, agreementId, [...members.values()]);
      const known = rows.map((row) => {
        const memberId = members.get(row.reference) ?? '';
        const found = before.get(keyOf(memberId, row.reference, row.tier));
        const had = found ? { ...found, joinedByUs: found.joinedBy === associationId } : null;
        return { ...row, memberId, before: had };
      });
      const judged = judgeLateRows(agreement, present, known, agreement.terms.currency);
      refuseFaults(judged.faults);
      const joining = judged.joining.map(({ row, cell }): Joining => {
        const { memberId, reference: site, region, quantity, upTo, address } = row;
        return { memberId, associationId, site, region, lot: cell.lot, tier: cell.tier, quantity, upTo, address };
      });
      if (joining.length > 0) {
        await writeJoined(deed, agreement, judged.linesThen, joining);
        await this.contracts.joined(deed, agreement.terms, byClass(joining));
      }
      const told = judged.addressed.map(({ before: had, address }) => ({ id: had?.id ?? '', address }));
      await writeAddresses(deed, told);
      const { lines, linesThen } = judged;
      const unchanged = rows.length - joining.length;
      const keptAddresses = judged.kept.length;
      const result = { rows: rows.length, joined: joining.length, lines, unchanged, addressed: told.length };
      const counts = { ...result, keptAddresses, linesThen };
      await deed.record(
        { type: 'offer-round', id: agreementId },
        { associationId, consent: 'stated', hash, ...counts },
      );
      return { ...counts, kept: judged.kept.slice(0, KEPT_LISTED) };
    });
  }

  /** The agreement, held so that nobody else joins, and its provider wins nothing further in the tender, meanwhile. */
  private async joinableNow(deed: Deed, agreementId: string): Promise<JoinableAgreement> {
    const joining = await holdJoining(deed, agreementId);
    if (!joining) throw notFound('agreement');
    unless(whyNotJoinNow(joining.until, dayOf(deed.now)));
    await this.contracts.hold(deed, agreementId);
    return this.queries.joinable(deed.tx, agreementId);
  }
}

/** Joining lines, counted by class. */
function byClass(joining: readonly Joining[]): ClassLines[] {
  const counts = new Map<string, ClassLines>();
  for (const { lot, tier, quantity } of joining) {
    const key = JSON.stringify([lot, tier]);
    counts.set(key, { lot, tier, lines: (counts.get(key)?.lines ?? 0) + quantity });
  }
  return [...counts.values()];
}

/** What members have already, by member, site and tier; of several, the latest. */
async function beforeOf(
  { tx }: Deed,
  agreementId: string,
  memberIds: readonly string[],
): Promise<ReadonlyMap<string, JoinedBefore>> {
  const rows = await joinedBefore(tx, agreementId, memberIds);
  return new Map(rows.map((row) => [keyOf(row.memberId, row.site, row.tier), row]));
}

function keyOf(memberId: string, site: string, tier: string): string {
  return JSON.stringify([memberId, site, tier]);
}

function refuseFaults(found: readonly LateRowFault[]): void {
  const faults = new RowFaults();
  for (const { line, column, reason } of found) faults.add(line, column, reason);
  faults.throwIfAny();
}

function tooMany(left: number, tier: string): ReturnType<typeof invalid> {
  const reason = `must be at most ${left}: so many more lines of ${tier} can the provider serve there`;
  return invalid('late-join.capacity', `quantity ${reason}.`, [{ path: 'quantity', reason }]);
}

function dearer(price: string): ReturnType<typeof invalid> {
  const reason = `must be at least ${price}, the price of a line with these`;
  return invalid('late-join.dearer', `upTo ${reason}. Ask for the price again.`, [{ path: 'upTo', reason }]);
}
