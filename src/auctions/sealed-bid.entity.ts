import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { BidState } from './rules/lifecycles.js';

@Entity('sealed_bid')
export class SealedBid {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'auction_id' })
  auctionId!: string;

  @Column('uuid', { name: 'provider_id' })
  providerId!: string;

  @Column('uuid', { name: 'person_id' })
  personId!: string;

  /** counts the provider's own bids in the auction, from 1 */
  @Column('integer')
  sequence!: number;

  @Column('timestamptz', { name: 'received_at' })
  receivedAt!: Date;

  /** the sealed tariff; read by the opening only */
  @Column('bytea', { select: false })
  box!: Buffer;

  @Column('text')
  commitment!: string;

  /** whether there are alternatives to its tariff in the box */
  @Column('boolean', { name: 'has_alternatives' })
  hasAlternatives!: boolean;

  @Column('text', { name: 'receipt_signature' })
  receiptSignature!: string;

  @Column('text')
  state!: BidState;

  /** what kept the opening from reading it */
  @Column('text', { name: 'why_unreadable', nullable: true })
  whyUnreadable!: string | null;
}
