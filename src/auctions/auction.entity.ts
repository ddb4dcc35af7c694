import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { AuctionState } from './rules/lifecycles.js';

@Entity('auction')
export class Auction {
  /** the tender's id, or an id of its own for a practice auction */
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'tender_id' })
  tenderId!: string;

  /** the provider that practises */
  @Column('uuid', { name: 'practice_for', nullable: true })
  practiceFor!: string | null;

  @Column('text')
  state!: AuctionState;

  /** what is received at this instant or later is no sealed bid */
  @Column('timestamptz')
  deadline!: Date;

  @Column('timestamptz', { name: 'due_at', nullable: true })
  dueAt!: Date | null;

  @Column('timestamptz', { name: 'closed_at', nullable: true })
  closedAt!: Date | null;

  @Column('timestamptz', { name: 'opened_at', nullable: true })
  openedAt!: Date | null;

  @Column('uuid', { name: 'opened_by', nullable: true })
  openedBy!: string | null;

  /** the end of the live auction, of the turn or of the rest; improvements received from then on do not count */
  @Column('timestamptz', { name: 'ends_at', nullable: true })
  endsAt!: Date | null;

  @Column('integer', { name: 'extended_millis', default: 0 })
  extendedMillis!: number;

  @Column('integer', { nullable: true })
  round!: number | null;

  @Column('integer', { nullable: true })
  turn!: number | null;

  /** the alias whose turn it is */
  @Column('text', { name: 'turn_of', nullable: true })
  turnOf!: string | null;

  /** the order of the present round */
  @Column('text', { name: 'turn_order', array: true, nullable: true })
  turnOrder!: string[] | null;

  @Column('text', { name: 'paused_from', nullable: true })
  pausedFrom!: 'waiting' | 'live' | 'resting' | null;

  @Column('bigint', { name: 'remaining_millis', nullable: true })
  remainingMillis!: bigint | null;

  /** when it was certain which tariffs decide */
  @Column('timestamptz', { name: 'decided_at', nullable: true })
  decidedAt!: Date | null;
}
