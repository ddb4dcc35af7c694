/** Answers to offers: by the member itself, or by its association for many at once. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { notFound, unless } from '../kernel/refusal.js';
import { type Deed, Deeds } from '../platform/deeds/deeds.js';
import { RowFaults } from '../platform/http/csv.js';
import { OffersQueries } from './offers.queries.js';
import type { AnswersImported, OfferView } from './offers.dto.js';
import {
  type Agreed,
  type Answer,
  type Answerable,
  answered,
  answerFault,
  type AnswerTime,
  whyNotAnswer,
  whyTooLate,
} from './rules/answer.js';
import type { AnswerRow } from './rules/answer-row.js';
import { offersAnswered } from './subscriptions.events.js';

/** An answer and the line of the spreadsheet that gives it. */
export interface AnswerAtLine extends AnswerRow {
  readonly line: number;
}

/** A spreadsheet of answers, read and understood. */
export interface AnswerSheet {
  /** SHA-256 of the file */
  readonly hash: string;
  readonly answers: readonly AnswerAtLine[];
}

interface LockedOffer extends Answerable, Agreed {
  readonly id: string;
  readonly answeredByMember: boolean;
}

interface Change extends Agreed {
  readonly id: string;
}

/** What the rows of a sheet come to. */
interface Judged {
  /** where every offer stands after its row, but those that are kept */
  readonly all: readonly Change[];
  /** those of them that stood elsewhere before */
  readonly fresh: readonly Change[];
  /** offers that their members have answered themselves */
  readonly kept: number;
}

/** Offers that are locked, judged and changed at a time. */
const BATCH = 5_000;

@Injectable()
export class OffersService {
  constructor(
    private readonly deeds: Deeds,
    private readonly queries: OffersQueries,
  ) {}

  /**
   * Answers an offer of the actor's own organisation. Until the deadline another answer may follow.
   * @throws Refusal 'offer.not-found', 'offer.too-late', 'offer.firm', 'round.not-found'
   */
  async answer(actor: Actor, id: string, answer: Answer): Promise<OfferView> {
    return this.deeds.run(actor, 'offers.answer', { id, ...answer }, async (deed) => {
      const { agreementId } = await this.queries.one(deed.tx, actor, id);
      const time = await takingAnswers(deed, agreementId, 'key share');
      const [offer] = await lockOffers(deed.tx, agreementId, [id], { memberId: actor.organisationId });
      if (!offer) throw notFound('offer');
      unless(whyNotAnswer(offer, time, answer, deed.now));
      const agreed = answered(offer, answer);
      await write(deed, [{ id, ...agreed }]);
      if (acceptanceMoved(offer, agreed)) await deed.announce(offersAnswered, { agreementId, offerId: id });
      await deed.record({ type: 'offer', id }, { agreementId, ...answer, ...agreed });
      return this.queries.one(deed.tx, actor, id);
    });
  }

  /**
   * Answers offers of an association's members for them: all of a spreadsheet, or none. A mandate is for members that
   * do not answer themselves: what a member has answered stays, and is counted.
   * @throws Refusal 'csv.rows' with line and column of what is wrong, 'offer.too-late', 'round.not-found'
   */
  async importAnswers(actor: Actor, agreementId: string, sheet: AnswerSheet): Promise<AnswersImported> {
    const { hash, answers } = sheet;
    return this.deeds.run(actor, 'offers.import-answers', { agreementId, hash, mandate: 'stated' }, async (deed) => {
      const time = await takingAnswers(deed, agreementId, 'no key update');
      const faults = new RowFaults();
      const result = { rows: answers.length, changed: 0, accepted: 0, standing: 0, declined: 0, keptByMember: 0 };
      for (let from = 0; from < answers.length; from += BATCH) {
        const batch = answers.slice(from, from + BATCH);
        const changes = await this.judge(deed.tx, actor, agreementId, time.currency, batch, faults);
        for (const { state } of changes.all) {
          if (state === 'accepted' || state === 'standing' || state === 'declined') result[state] += 1;
        }
        result.changed += changes.fresh.length;
        result.keptByMember += changes.kept;
        if (faults.count === 0) await write(deed, changes.fresh);
      }
      faults.throwIfAny();
      const facts = { associationId: actor.organisationId, mandate: 'stated', hash, ...result };
      await deed.record({ type: 'offer-round', id: agreementId }, facts);
      if (result.changed > 0) await deed.announce(offersAnswered, { agreementId, offerId: null });
      return result;
    });
  }

  private async judge(
    tx: EntityManager,
    actor: Actor,
    agreementId: string,
    currency: string,
    batch: readonly AnswerAtLine[],
    faults: RowFaults,
  ): Promise<Judged> {
    const ids = batch.map((row) => row.offerId);
    const offers = await lockOffers(tx, agreementId, ids, { associationId: actor.organisationId });
    const byId = new Map(offers.map((offer) => [offer.id, offer]));
    const all: Change[] = [];
    const fresh: Change[] = [];
    let kept = 0;
    for (const { line, offerId, answer } of batch) {
      const offer = byId.get(offerId);
      const fault = offer ? answerFault(offer, currency, answer) : null;
      if (!offer) {
        faults.add(line, 'offer_id', 'is not an offer to one of your members under this agreement');
      } else if (fault) {
        faults.add(line, fault.path === 'upTo' ? 'up_to' : fault.path, fault.reason);
      } else if (offer.answeredByMember) {
        kept += 1;
      } else {
        const change = { id: offerId, ...answered(offer, answer) };
        all.push(change);
        if (change.state !== offer.state || change.limit !== offer.limit) fresh.push(change);
      }
    }
    return { all, fresh, kept };
  }
}

/** Was it accepted by this answer, or is it not accepted any more? */
function acceptanceMoved(before: Agreed, after: Agreed): boolean {
  return (before.state === 'accepted') !== (after.state === 'accepted');
}

/**
 * Holds the round open while answers are written: `key share` lets others answer at the same time, `no key update`
 * lets only single answers. It is asked for only while answers are taken, so that late ones never hold the settlement up.
 */
async function takingAnswers(
  deed: Deed,
  agreementId: string,
  lock: 'key share' | 'no key update',
): Promise<AnswerTime> {
  const read = async (locking: string): Promise<AnswerTime> => {
    const rows: AnswerTime[] = await deed.tx.query(
      `select state as "roundState", due_at as "dueAt", currency from offer_round where id = $1 ${locking}`,
      [agreementId],
    );
    if (!rows[0]) throw notFound('round');
    unless(whyTooLate(rows[0], deed.now));
    return rows[0];
  };
  await read('');
  return read(`for ${lock}`);
}

async function lockOffers(
  tx: EntityManager,
  agreementId: string,
  ids: readonly string[],
  of: { memberId?: string | null; associationId?: string | null },
): Promise<LockedOffer[]> {
  return tx.query(
    `select o.id, o.state, o.commitment, o.ceiling_monthly as "ceilingMonthly", o.setup_minor as setup,
            r.term_months as "termMonths", o.at_most_monthly as "atMostMonthly", o.limit_minor as limit,
            o.answered_by_member as "answeredByMember"
     from offer o join offer_round r on r.id = o.agreement_id
     where o.id = any($1) and o.agreement_id = $2 and (o.member_id = $3 or o.association_id = $4)
     order by o.id for update of o`,
    [ids, agreementId, of.memberId ?? null, of.associationId ?? null],
  );
}

async function write({ tx, now, actor }: Deed, changes: readonly Change[]): Promise<void> {
  if (changes.length === 0) return;
  await tx.query(
    `update offer o set state = c.state, limit_minor = c.limit_minor, answered_at = $4, answered_by = $5,
       answered_by_member = $6
     from unnest($1::uuid[], $2::text[], $3::bigint[]) as c (id, state, limit_minor) where o.id = c.id`,
    [
      changes.map((c) => c.id),
      changes.map((c) => c.state),
      changes.map((c) => c.limit),
      now,
      actor.personId,
      actor.organisationKind === 'member',
    ],
  );
}
