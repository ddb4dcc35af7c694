/** What is done in an auction once its bids are opened: tariffs are improved, proxies instructed; officers pause it. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { canonicalJson } from '../kernel/canonical.js';
import { nextState, transition } from '../kernel/lifecycle.js';
import { notFound, unless } from '../kernel/refusal.js';
import { Deeds } from '../platform/deeds/deeds.js';
import { Keys, randomToken, sha256 } from '../platform/keys/keys.js';
import type { Tariff } from '../pricing/rules/tariff.js';
import { Auction } from './auction.entity.js';
import { heldAuction } from './auction-rows.js';
import { tariffRecorded } from './auctions.events.js';
import { goIn, isAwaited, seen } from './desk.js';
import { append, holdDesk } from './event-rows.js';
import { Frames } from './frames.js';
import { Grounds } from './grounds.js';
import type { ImprovementView, PauseView, ProxyView } from './live.dto.js';
import { hasAlternatives, proxyTurn, recordProxy } from './proxy-rows.js';
import { bidFaults } from './rules/bid-faults.js';
import { evaluatedCost } from './rules/evaluated-cost.js';
import { whyNotImprove } from './rules/improvement.js';
import { auctionLifecycle } from './rules/lifecycles.js';
import { liveReceiptText } from './rules/log.js';
import { later, remainingMillis } from './rules/phases.js';
import { floorOf, type ProxyInstruction, whyNoFloor, whyNotInstruct } from './rules/proxy-instruction.js';
import { sealedText } from './rules/receipt.js';
import {
  whyNotForAlternatives,
  whyNotImproveNow,
  whyNotInstructNow,
  whyNotPause,
  whyNotResume,
} from './rules/why-not-live.js';
import { latestTariff, participantInTurn, participantOf, recordTariffs } from './tariff-rows.js';
import { unlessFaults } from './tariff.pipe.js';

/** Which auction, and when it was received. */
export interface Acted {
  readonly auctionId: string;
  readonly received: Date;
}

@Injectable()
export class LiveService {
  constructor(
    private readonly deeds: Deeds,
    private readonly keys: Keys,
    private readonly frames: Frames,
    private readonly grounds: Grounds,
  ) {}

  /**
   * Takes an improved tariff. What was answered with a receipt is in the log, whatever happens then.
   * @throws Refusal 'bid.faults', 'bid.dearer-somewhere', 'bid.offers-less', 'bid.step-too-small', 'bid.unchanged', and
   *   'auction.*' when it is not the time for it
   */
  async improve(actor: Actor, { auctionId, received }: Acted, tariff: Tariff): Promise<ImprovementView> {
    const input = { auctionId, tariff: this.keys.fingerprint(canonicalJson(tariff)) };
    return this.deeds.run(actor, 'bids.improve', input, async (deed) => {
      const { tx } = deed;
      // Whoever comes too late does not hold the auction, or many of them could keep it from ending.
      const seenNow = await auctionForBid(tx, auctionId, actor);
      unless(whyNotImproveNow(seenNow, seenNow.turnOf ?? 'anyone', received));
      const auction = await auctionForBid(tx, auctionId, actor, true);
      const participant = await participantInTurn(tx, auctionId, actor.organisationId);
      unless(whyNotImproveNow(auction, participant?.alias ?? null, received));
      if (!participant) throw notFound('bid');
      const { alias } = participant;
      unlessFaults(bidFaults(tariff, await this.frames.of(tx, auction.tenderId)));
      const [last, { settings, reference }] = [
        await latestTariff(tx, auctionId, alias),
        await this.grounds.of(tx, auctionId),
      ];
      if (!last) throw notFound('bid');
      unless(whyNotImprove(last.tariff, tariff, reference, settings.minimumStepBp));
      const recorded = sealed(
        this.keys,
        { auctionId, alias, revision: last.revision + 1, receivedAt: received },
        tariff,
      );
      const evaluatedMinor = evaluatedCost(tariff, reference);
      const awaited = await isAwaited(tx, auctionId);
      await recordTariffs(tx, auctionId, [
        { ...recorded, tariff, evaluatedMinor, by: 'person', personId: actor.personId, sequence: null },
      ]);
      const { revision, commitment, signature } = recorded;
      const receipt = { auctionId, alias, revision, commitment, receivedAt: received.toISOString(), signature };
      await deed.record({ type: 'auction-bids', id: `${auctionId} ${alias}` }, receipt);
      if (!awaited) await deed.announce(tariffRecorded, { auctionId });
      return { ...receipt, evaluatedMinor };
    });
  }

  /**
   * Instructs a proxy, in place of the one before; null takes it back. Nothing of it is ever told to anybody else.
   * @throws Refusal 'proxy.faults', 'proxy.alternatives', 'auction.*' when it is not the time for it
   */
  async instruct(
    actor: Actor,
    { auctionId, received }: Acted,
    instruction: ProxyInstruction | null,
  ): Promise<ProxyView> {
    const input = { auctionId, proxy: instruction && this.keys.fingerprint(canonicalJson(instruction)) };
    return this.deeds.run(actor, 'bids.instruct-proxy', input, async (deed) => {
      const { tx } = deed;
      const before = await participantOf(tx, auctionId, actor.organisationId);
      unless(whyNotInstructNow(await auctionForBid(tx, auctionId, actor), before?.alias ?? null, received));
      const auction = await auctionForBid(tx, auctionId, actor, true);
      // The bids may have been opened while this waited.
      const participant = await participantOf(tx, auctionId, actor.organisationId);
      unless(whyNotInstructNow(auction, participant?.alias ?? null, received));
      const bidder = actor.organisationId;
      if (bidder === null) throw new Error('only people instruct proxies');
      await proxyTurn(tx, auctionId, bidder);
      if (instruction) unless(whyNotForAlternatives(await hasAlternatives(tx, auctionId, bidder)));
      const frame = await this.frames.of(tx, auction.tenderId);
      if (instruction) unless(whyNoFloor(instruction, frame));
      const present = participant && (await latestTariff(tx, auctionId, participant.alias));
      if (instruction && present) {
        const { settings, reference } = await this.grounds.of(tx, auctionId);
        unless(whyNotInstruct(present.tariff, instruction, reference, settings.minimumStepBp));
        unlessFaults(bidFaults(floorOf(present.tariff, instruction), frame));
      }
      const told = { auctionId, bidder, personId: actor.personId, receivedAt: received };
      const { revision, commitment } = await recordProxy(tx, this.keys, told, instruction, present?.revision ?? 0);
      const view: ProxyView = {
        auctionId,
        revision,
        receivedAt: received.toISOString(),
        commitment,
        lots: instruction ? instruction.lots : null,
        active: instruction !== null,
      };
      await deed.record(
        { type: 'auction-proxy', id: `${auctionId} ${bidder}` },
        { revision: view.revision, active: view.active },
      );
      if (participant) await deed.announce(tariffRecorded, { auctionId });
      return view;
    });
  }

  /** Stops the time of an auction. @throws Refusal 'auction.*' when there is no time to stop, 'agency.not-yours' */
  async pause(actor: Actor, auctionId: string, why: string): Promise<PauseView> {
    return this.deeds.run(actor, 'auctions.pause', { auctionId, why }, async (deed) => {
      const { tx } = deed;
      const auction = await heldAuction(deed, auctionId);
      if (!auction) throw notFound('auction');
      unless(whyNotPause(auction));
      await holdDesk(tx, auctionId);
      const { state: from, dueAt } = auction;
      const left = remainingMillis(dueAt ?? deed.now, deed.now);
      const state = transition(auctionLifecycle, from, 'pause');
      await tx.update(
        Auction,
        { id: auctionId },
        { state, dueAt: null, pausedFrom: from as 'waiting' | 'live' | 'resting', remainingMillis: BigInt(left) },
      );
      await append(tx, auctionId, deed.now, [
        { kind: 'paused', body: { cause: 'officer', why, remainingMillis: left } },
      ]);
      await deed.record({ type: 'auction', id: auctionId }, { state, remainingMillis: left }, why);
      return { auctionId, state, remainingMillis: left, endsAt: null };
    });
  }

  /** Lets the time of a paused auction go on, with what was left of it. @throws Refusal 'auction.not-paused', 'agency.not-yours' */
  async resume(actor: Actor, auctionId: string): Promise<PauseView> {
    return this.deeds.run(actor, 'auctions.resume', { auctionId }, async (deed) => {
      const { tx } = deed;
      const auction = await heldAuction(deed, auctionId);
      if (!auction) throw notFound('auction');
      unless(whyNotResume(auction));
      await holdDesk(tx, auctionId);
      const from = auction.pausedFrom ?? 'live';
      const state = nextState(auctionLifecycle, 'paused', `resume-${from}`) ?? from;
      const left = Number(auction.remainingMillis ?? 0n);
      const dueAt = later(deed.now, left);
      await tx.update(
        Auction,
        { id: auctionId },
        { state, dueAt, pausedFrom: null, remainingMillis: null, ...(from === 'waiting' ? {} : { endsAt: dueAt }) },
      );
      await append(tx, auctionId, deed.now, [{ kind: 'resumed', body: { endsAt: dueAt.toISOString() } }]);
      await seen(tx, auctionId);
      await deed.record({ type: 'auction', id: auctionId }, { state, endsAt: dueAt });
      return { auctionId, state, remainingMillis: left, endsAt: dueAt.toISOString() };
    });
  }
}

/** What is recorded of an improved tariff beside the tariff itself. */
export function sealed(
  keys: Keys,
  head: { readonly auctionId: string; readonly alias: string; readonly revision: number; readonly receivedAt: Date },
  tariff: Tariff,
): { alias: string; revision: number; receivedAt: Date; salt: string; commitment: string; signature: string } {
  const { auctionId, alias, revision, receivedAt } = head;
  const salt = randomToken();
  const commitment = sha256(sealedText(tariff, salt));
  const signature = keys.sign(liveReceiptText({ auctionId, alias, revision, commitment, receivedAt }));
  return { alias, revision, receivedAt, salt, commitment, signature };
}

/**
 * @param held whether the auction's phase is not to end before the transaction does
 * @throws Refusal 'auction.not-found'
 */
async function auctionForBid(tx: EntityManager, id: string, actor: Actor, held = false): Promise<Auction> {
  if (held) await goIn(tx, id);
  const auction = await tx.findOne(Auction, {
    where: { id },
    ...(held ? { lock: { mode: 'pessimistic_read' as const } } : {}),
  });
  if (!auction || (auction.practiceFor !== null && auction.practiceFor !== actor.organisationId)) {
    throw notFound('auction');
  }
  return auction;
}
