/** Practice auctions: the engine of real ones on a copy, with simulated bidders that it plays by their proxies. */
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { canonicalJson } from '../kernel/canonical.js';
import { unless } from '../kernel/refusal.js';
import { Deeds } from '../platform/deeds/deeds.js';
import { Keys, randomToken, sha256 } from '../platform/keys/keys.js';
import type { Tariff } from '../pricing/rules/tariff.js';
import { TendersQueries } from '../tenders/tenders.queries.js';
import { Auction } from './auction.entity.js';
import type { Contents } from './boxes.js';
import { Frames } from './frames.js';
import { type Opened, Opening } from './opening.js';
import type { PracticeView } from './practice.dto.js';
import { bidFaults } from './rules/bid-faults.js';
import { evaluatedCells } from './rules/evaluated-cost.js';
import { inTariff } from './rules/practice-json.js';
import {
  practiceFaults,
  practiceFormat,
  practiceProblem,
  practiceSettings,
  type PracticeWish,
  whyNotPractise,
} from './rules/practice.js';
import { receiptText, sealedText } from './rules/receipt.js';
import { simulatedName, simulatedTariff } from './rules/simulated.js';
import { unlessFaults } from './tariff.pipe.js';

const NOTHING_COVERED = {
  path: 'tariff',
  reason: 'It prices nothing that the tender asks for; cover a lot and a tier of which lines are shown.',
};

@Injectable()
export class PracticeService {
  constructor(
    private readonly deeds: Deeds,
    private readonly keys: Keys,
    private readonly tenders: TendersQueries,
    private readonly frames: Frames,
    private readonly opening: Opening,
  ) {}

  /**
   * Begins an auction that counts for nothing. All that is asked for in it is what providers are shown, so that no count
   * that they may not know is in it, and its receipts name the practice itself, so that none proves a bid in the tender.
   * @throws Refusal 'tender.not-found', 'practice.faults' with every place, 'practice.running', 'practice.too-many',
   *   'practice.full', 'auction.cancelled'
   */
  async begin(actor: Actor, tenderId: string, wish: PracticeWish): Promise<PracticeView> {
    const { tariff, ...terms } = wish;
    const input = { tenderId, ...terms, tariff: this.keys.fingerprint(canonicalJson(tariff)) };
    return this.deeds.run(actor, 'auctions.practise', input, async (deed) => {
      const { tx, now } = deed;
      const { organisationId: providerId, personId } = actor;
      if (providerId === null || personId === null) throw new Error('only people practise');
      // Before anything that belongs to the tender, as whoever cancels it does.
      const tenderState = await this.tenders.heldState(tx, tenderId);
      const { tender, tenderHash, settings, reference } = await this.opening.groundOf(deed, tenderId);
      await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`practice ${tenderId} ${providerId}`]);
      unless(whyNotPractise(tenderState, await this.ownOf(tx, tenderId, providerId), await this.runningOfAll(tx)));
      const format = practiceFormat(wish, settings);
      const frame = await this.frames.of(tx, tenderId);
      const ofTariff = inTariff(bidFaults(tariff, frame));
      unlessFaults([...practiceFaults(wish, format, tender), ...ofTariff], 'practice.faults');
      if (evaluatedCells(tariff, reference).length === 0) unlessFaults([NOTHING_COVERED], 'practice.faults');

      const { bidders, durationSeconds } = wish;
      const id = randomUUID();
      const auction = Object.assign(new Auction(), {
        id,
        tenderId,
        practiceFor: providerId,
        state: 'closed' as const,
        deadline: now,
        closedAt: now,
        openedAt: now,
        openedBy: personId,
      });
      await tx.insert(Auction, auction);
      const own = { bidder: providerId, providerId, tariff, name: await this.nameOf(tx, providerId) };
      const simulated = Array.from({ length: bidders }, (_, index) => ({
        bidder: simulatedName(index),
        providerId: null,
        tariff: simulatedTariff({ seed: id, tariff, reference, frame }, index),
        name: `Simulated bidder ${index + 1}`,
      }));
      const ground = {
        tenderHash,
        settings: practiceSettings(wish, settings),
        problem: practiceProblem(tender, reference.lines),
        reference,
      };
      const entering = [own, ...simulated].map((each) => this.entering(id, now, each));
      const contents = new Map(entering.map(({ bidId, tariff: one, salt }) => [bidId, { tariff: one, salt }]));
      const state = await this.opening.begin(deed, auction, ground, entering, () => Promise.resolve(contents));
      await tx.query(
        `insert into practice (id, state, due_at, format, bidders, duration_seconds)
         select $1, 'playing', due_at, $2, $3, $4 from auction where id = $1`,
        [id, format, bidders, durationSeconds],
      );
      await deed.record({ type: 'auction', id }, { state, practiceFor: providerId, tenderId, format, bidders });
      return { auctionId: id, tenderId, state, format, bidders, durationSeconds, madeAt: now.toISOString() };
    });
  }

  private async ownOf(
    tx: EntityManager,
    tenderId: string,
    providerId: string,
  ): Promise<{ readonly running: string | null; readonly begun: number }> {
    const rows: { running: string | null; begun: number }[] = await tx.query(
      `select (array_agg(id) filter (where state not in ('decided', 'failed', 'cancelled')))[1] as running,
              count(*)::int as begun
       from auction where tender_id = $1 and practice_for = $2`,
      [tenderId, providerId],
    );
    return rows[0] ?? { running: null, begun: 0 };
  }

  private async runningOfAll(tx: EntityManager): Promise<number> {
    const rows: { running: number }[] = await tx.query(
      `select count(*)::int as running from auction
       where practice_for is not null and state not in ('decided', 'failed', 'cancelled')`,
    );
    return rows[0]?.running ?? 0;
  }

  private async nameOf(tx: EntityManager, providerId: string): Promise<string> {
    return (await this.opening.namesOf({ tx }, [providerId])).get(providerId) ?? '';
  }

  private entering(
    auctionId: string,
    receivedAt: Date,
    bidder: Pick<Opened, 'bidder' | 'providerId' | 'name'> & { readonly tariff: Tariff },
  ): Opened & Contents {
    const salt = randomToken();
    const commitment = sha256(sealedText(bidder.tariff, salt));
    const head = { bidId: randomUUID(), sequence: 1, commitment, receivedAt };
    const signature = this.keys.sign(receiptText({ ...head, tenderId: auctionId }));
    return { ...bidder, ...head, salt, signature };
  }
}
