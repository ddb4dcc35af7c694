import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { notFound } from '../kernel/refusal.js';
import { type BidFrame, TendersQueries } from '../tenders/tenders.queries.js';

const FRAMES_KEPT = 100;

/** What the bids of a tender must fit. A published tender never changes, so that it is read once. */
@Injectable()
export class Frames {
  private readonly frames = new Map<string, BidFrame>();

  constructor(private readonly tenders: TendersQueries) {}

  /** @throws Refusal 'tender.not-found' unless it was published */
  async of(tx: EntityManager, tenderId: string): Promise<BidFrame> {
    const known = this.frames.get(tenderId);
    if (known) return known;
    const frame = await this.tenders.bidFrame(tx, tenderId);
    if (!frame) throw notFound('tender');
    if (this.frames.size >= FRAMES_KEPT) this.frames.clear();
    this.frames.set(tenderId, frame);
    return frame;
  }
}
