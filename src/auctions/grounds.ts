import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AuctionSettings } from '../tenders/rules/auction-settings.js';
import { eventsBehind, groundContent } from './event-rows.js';
import type { Reference } from './rules/evaluated-cost.js';
import type { AuctionContent } from './rules/events.js';
import { referenceCosts } from './rules/ranking.js';
import { openingTariffs } from './tariff-rows.js';

const GROUNDS_KEPT = 100;

/** What an auction is about, as its first event fixed it. */
export interface AuctionGround {
  readonly settings: AuctionSettings;
  readonly problem: AuctionContent['problem'];
  readonly reference: Reference;
  readonly costs: ReturnType<typeof referenceCosts>;
}

/** Nothing of it ever changes, so that it is read once. */
@Injectable()
export class Grounds {
  private readonly grounds = new Map<string, AuctionGround>();

  /** @throws Error when the auction's bids are not opened */
  async of(tx: EntityManager, auctionId: string): Promise<AuctionGround> {
    const known = this.grounds.get(auctionId);
    if (known) return known;
    const [first] = await eventsBehind(tx, auctionId, 0, 1);
    const content = await groundContent(tx, auctionId);
    if (first?.kind !== 'opened' || !content) throw new Error(`auction ${auctionId} has no first event`);
    const { problem, reference: lines } = content;
    const reference = { termMonths: problem.termMonths, lines };
    const openings = (await openingTariffs(tx, auctionId)).map(({ tariff }) => tariff);
    const ground = { settings: first.body.settings, problem, reference, costs: referenceCosts(openings, reference) };
    if (this.grounds.size >= GROUNDS_KEPT) this.grounds.clear();
    this.grounds.set(auctionId, ground);
    return ground;
  }
}
