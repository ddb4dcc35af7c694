import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { AuctionState } from './rules/lifecycles.js';

@Entity('auction')
export class Auction {
  /** the tender's id */
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'tender_id' })
  tenderId!: string;

  @Column('text')
  state!: AuctionState;

  /** what is received at this instant or later does not count */
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

  /** when it was certain which tariffs decide */
  @Column('timestamptz', { name: 'decided_at', nullable: true })
  decidedAt!: Date | null;
}
