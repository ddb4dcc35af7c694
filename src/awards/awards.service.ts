/** The deeds by which people turn an allocation into an award. */
import { Injectable } from '@nestjs/common';
import { AuctionsQueries } from '../auctions/auctions.queries.js';
import type { Actor } from '../kernel/actor.js';
import { nextState, transition } from '../kernel/lifecycle.js';
import { invalid, notFound, refuse, unless } from '../kernel/refusal.js';
import { Settings } from '../platform/config/settings.js';
import { type Deed, Deeds } from '../platform/deeds/deeds.js';
import { whyStale } from '../platform/http/request.js';
import { sha256 } from '../platform/keys/keys.js';
import { TendersQueries } from '../tenders/tenders.queries.js';
import { TendersService } from '../tenders/tenders.service.js';
import { Award } from './award.entity.js';
import {
  EVALUATION_SECONDS,
  excluding,
  fallenBids,
  fallenOut,
  freshAward,
  holdFirst,
  locked,
  lockedAll,
  nextRound,
  tenderOf,
  withFallen,
} from './award-rows.js';
import { awardApproved, awardFellThrough, evaluationAsked } from './awards.events.js';
import { writeLetters } from './letter-rows.js';
import { questionOf } from './question-rows.js';
import { type Standing, whyNotAbandonAward, whyNotAbandonTender } from './rules/abandon.js';
import { contentText } from './rules/content.js';
import { whyNotApprove, whyNotRecommend, whyNotReject } from './rules/four-eyes.js';
import { type HeldCell, whyAskedAnew, whyHeldChanged, whyNoRoom } from './rules/held.js';
import { awardLifecycle } from './rules/lifecycle.js';
import { standstillEnd } from './rules/standstill.js';

/** An award as its deeds answer. */
export interface AwardStep {
  readonly id: string;
  readonly state: string;
  readonly version: number;
  readonly contentHash: string | null;
}

/** A tender that was given up, with the awards that ended with it. */
export interface AbandonedTender {
  readonly tenderId: string;
  readonly state: 'cancelled';
  readonly awards: readonly AwardStep[];
}

@Injectable()
export class AwardsService {
  private readonly holidays: ReadonlySet<string>;

  constructor(
    private readonly deeds: Deeds,
    private readonly tenders: TendersQueries,
    private readonly tendersService: TendersService,
    private readonly auctions: AuctionsQueries,
    settings: Settings,
  ) {
    this.holidays = new Set(settings.PUMASI_HOLIDAYS?.split(','));
  }

  /** Recommends a drafted award to the approver. @throws Refusal 'award.wrong-state', 'award.held-changed', .. */
  async recommend(actor: Actor, id: string, reasons: string): Promise<AwardStep> {
    return this.deeds.run(actor, 'awards.recommend', { id, reasons }, async (deed) => {
      const award = await locked(deed, id);
      unless(whyNotRecommend(award, reasons));
      await this.heldAsEvaluated(deed, award);
      award.reasons = reasons;
      award.recommendedBy = actor.personId;
      award.recommendedByName = actor.personName;
      award.recommendedAt = deed.now;
      award.whyRejected = null;
      preparedBy(award, actor);
      return this.step(deed, award, 'recommend', reasons);
    });
  }

  /** Changes the reasons. What was recommended or rejected is a draft again, and its approval impossible. */
  async edit(actor: Actor, id: string, version: number, reasons: string): Promise<AwardStep> {
    return this.deeds.run(actor, 'awards.edit', { id, version, reasons }, async (deed) => {
      const award = await locked(deed, id);
      unless(whyStale(version, award.version));
      award.reasons = reasons;
      award.recommendedBy = null;
      award.recommendedByName = null;
      award.recommendedAt = null;
      preparedBy(award, actor);
      return this.step(deed, award, 'edit', reasons);
    });
  }

  /**
   * Approves what the approver saw, for the agency that recommended it, writes every bidder its letter and begins the
   * standstill.
   * @throws Refusal 'agency.not-yours', 'award.wrong-state', 'award.same-person', 'award.changed', 'award.held-changed'
   */
  async approve(actor: Actor, id: string, seenHash: string): Promise<AwardStep> {
    return this.deeds.run(actor, 'awards.approve', { id, seenHash }, async (deed) => {
      const award = await locked(deed, id);
      unless(whyNotApprove(award, actor.personId, seenHash));
      const held = await this.heldAsEvaluated(deed, award);
      const tender = await this.tenders.published(deed.tx, award.tenderId);
      if (!tender) throw notFound('tender');
      const endsAt = standstillEnd(deed.now, tender.standstillDays, this.holidays);
      award.approvedBy = actor.personId;
      award.approvedByName = actor.personName;
      award.approvedFor = actor.organisationId;
      award.approvedAt = deed.now;
      award.approvedHash = seenHash;
      award.standstillEndsAt = endsAt;
      award.dueAt = endsAt;
      const step = await this.step(deed, award, 'approve');
      const told = {
        id,
        contentHash: seenHash,
        tenderId: tender.id,
        tenderTitle: tender.title,
        round: award.round,
        totalMinor: award.totalMinor ?? 0n,
        winners: award.winners,
        excluded: new Map(award.excludedBids.map((bid) => [bid.bidId, bid.why])),
        held,
        standstillEndsAt: endsAt,
      };
      const heads = await this.auctions.decidingHeads(deed.tx, award.tenderId);
      await writeLetters(deed, told, tender, heads, (some) => this.auctions.withTariffs(deed.tx, tender.id, some));
      await deed.announce(awardApproved, { awardId: id });
      return step;
    });
  }

  /** Sends a recommendation back. @throws Refusal 'award.wrong-state', 'award.same-person' */
  async reject(actor: Actor, id: string, why: string): Promise<AwardStep> {
    return this.deeds.run(actor, 'awards.reject', { id, why }, async (deed) => {
      const award = await locked(deed, id);
      unless(whyNotReject(award, actor.personId));
      award.whyRejected = why;
      return this.step(deed, award, 'reject', why);
    });
  }

  /**
   * Has the tender evaluated anew without some bids, or with more time. The present award is superseded.
   * @param again.excludedBidIds all bids that shall take no part; bids that fell through never do
   * @returns the award that waits for its evaluation
   */
  async evaluateAgain(
    actor: Actor,
    id: string,
    again: { readonly excludedBidIds: readonly string[]; readonly why: string; readonly seconds?: number | undefined },
  ): Promise<AwardStep> {
    return this.deeds.run(actor, 'awards.evaluate-again', { id, ...again }, async (deed) => {
      await this.tenders.heldState(deed.tx, await tenderOf(deed, id));
      const previous = await locked(deed, id);
      const bids = await this.auctions.decidingBids(deed.tx, previous.tenderId);
      const known = new Set(bids.map((bid) => bid.bidId));
      const strangers = again.excludedBidIds.filter((bidId) => !known.has(bidId));
      if (strangers.length > 0) {
        throw invalid(
          'award.unknown-bid',
          'Name only bids that were opened in this tender.',
          strangers.map((bidId) => ({ path: 'excludedBidIds', reason: `${bidId} is no opened bid of this tender` })),
        );
      }
      const fallen = await fallenBids(deed, previous.tenderId);
      const before = previous.excludedBids.filter((bid) => fallen.has(bid.bidId));
      const kept = withFallen(before, fallen);
      const added = [...new Set(again.excludedBidIds)]
        .filter((bidId) => !fallen.has(bidId))
        .map((bidId) => ({ bidId, why: again.why }));
      await this.step(deed, previous, 'evaluate-again', again.why);
      const { tenderId, tenderHash, scope, fallenFrom, fallenBid } = previous;
      const fresh = freshAward(deed, { tenderId, tenderHash, scope, fallenFrom, fallenBid });
      fresh.round = await nextRound(deed, tenderId);
      fresh.excludedBids = [...kept, ...added];
      fresh.seconds = again.seconds ?? EVALUATION_SECONDS;
      fresh.supersedes = id;
      fresh.whyAgain = again.why;
      fresh.preparedBy = [...previous.preparedBy];
      preparedBy(fresh, actor);
      await deed.tx.insert(Award, fresh);
      await deed.record({ type: 'award', id: fresh.id }, { supersedes: id, excluded: fresh.excludedBids }, again.why);
      await deed.announce(evaluationAsked, { awardId: fresh.id });
      return stepOf(fresh);
    });
  }

  /**
   * A winner falls out of a final award: a follow-up award for exactly its cells begins, without its bid.
   * Said again of the same winner, it answers with the same follow-up award.
   */
  async fallThrough(
    deed: Deed,
    fallen: { readonly awardId: string; readonly bidId: string; readonly why: string },
  ): Promise<{ awardId: string }> {
    await this.tenders.heldState(deed.tx, await tenderOf(deed, fallen.awardId));
    const award = await locked(deed, fallen.awardId);
    const winner = award.winners.find((each) => each.bidId === fallen.bidId);
    if (award.state !== 'final' || winner === undefined) {
      throw refuse('award.not-winner', 'Only a winner of a final award can fall out of it.', { state: award.state });
    }
    const begun: { id: string }[] = await deed.tx.query(
      `select id from award where fallen_from = $1 and fallen_bid = $2 and state <> 'superseded'`,
      [fallen.awardId, fallen.bidId],
    );
    if (begun[0]) return { awardId: begun[0].id };
    const { tenderId, tenderHash } = award;
    const from = { fallenFrom: award.id, fallenBid: winner.bidId };
    const followUp = freshAward(deed, { tenderId, tenderHash, scope: winner.cells, ...from });
    followUp.round = await nextRound(deed, tenderId);
    const fallenBefore = await fallenBids(deed, tenderId);
    followUp.excludedBids = excluding(award.excludedBids, fallenBefore, { bidId: winner.bidId, why: fallen.why });
    await deed.tx.insert(Award, followUp);
    await deed.record({ type: 'award', id: award.id }, { fallenBid: winner.bidId, followUp: followUp.id }, fallen.why);
    await deed.record({ type: 'award', id: followUp.id }, { fallenFrom: award.id, scope: winner.cells }, fallen.why);
    await deed.announce(awardFellThrough, { awardId: followUp.id });
    return { awardId: followUp.id };
  }

  /**
   * Closes a follow-up award that nobody can serve: its lines go to nobody.
   * @throws Refusal 'award.wrong-state' unless it failed, 'award.not-follow-up'
   */
  async abandon(actor: Actor, id: string, why: string): Promise<AwardStep> {
    return this.deeds.run(actor, 'awards.abandon', { id, why }, async (deed) => {
      const award = await locked(deed, id);
      unless(whyNotAbandonAward(award));
      award.whyAbandoned = why;
      return this.step(deed, award, 'abandon', why);
    });
  }

  /**
   * Gives up a tender whose bidding has ended: it is called off, and of its awards nothing goes on. Its pool can be put
   * out to tender anew.
   * @throws Refusal 'tender.bidding-not-ended', 'tender.cannot-abandon', 'tender.awarded'
   */
  async abandonTender(actor: Actor, tenderId: string, why: string): Promise<AbandonedTender> {
    return this.deeds.run(actor, 'awards.abandon-tender', { tenderId, why }, async (deed) => {
      // The tender first: from here on nobody begins another award of it.
      await this.tendersService.abandon(deed, tenderId, why);
      const awards = await lockedAll(deed, tenderId);
      const standings: Standing[] = [];
      for (const { id, round, state, winners } of awards) {
        standings.push({ round, state, winners, fallen: await fallenOut(deed, id) });
      }
      unless(whyNotAbandonTender(standings));
      const steps: AwardStep[] = [];
      for (const award of awards) {
        if (nextState(awardLifecycle, award.state, 'abandon') === null) continue;
        award.whyAbandoned = why;
        steps.push(await this.step(deed, award, 'abandon', why));
      }
      return { tenderId, state: 'cancelled', awards: steps };
    });
  }

  /**
   * What winners hold beside a follow-up award, and stays so until the deed ends.
   * @throws Refusal 'award.held-changed' when it was evaluated with other lines
   */
  private async heldAsEvaluated(deed: Deed, award: Award): Promise<readonly HeldCell[]> {
    if (award.scope === null) return [];
    await holdFirst(deed, award.tenderId);
    const { held, bids, problem, settledHash } = await questionOf(deed.tx, award, this.tenders, this.auctions);
    unless(whyHeldChanged(award.winners, held));
    unless(whyNoRoom(award.winners, bids, held));
    unless(whyAskedAnew(award.settledHash ?? award.problemHash, { settledHash, rules: problem.rules }));
    return held;
  }

  /** Takes an award one step on in its life, with the hash of what it now says. */
  private async step(
    deed: Deed,
    award: Award,
    verb: 'recommend' | 'edit' | 'approve' | 'reject' | 'evaluate-again' | 'abandon',
    why?: string,
  ): Promise<AwardStep> {
    award.state = transition(awardLifecycle, award.state, verb);
    award.version += 1;
    if (award.contentHash !== null) award.contentHash = sha256(contentText(award));
    await deed.tx.save(Award, award);
    const { id, round, state, contentHash, standstillEndsAt } = award;
    await deed.record({ type: 'award', id }, { round, state, contentHash, standstillEndsAt }, why);
    return stepOf(award);
  }
}

function preparedBy(award: Award, actor: Actor): void {
  if (actor.personId !== null && !award.preparedBy.includes(actor.personId)) award.preparedBy.push(actor.personId);
}

function stepOf({ id, state, version, contentHash }: Award): AwardStep {
  return { id, state, version, contentHash };
}
