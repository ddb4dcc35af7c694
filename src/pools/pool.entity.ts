import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { PoolState } from './rules/pool-lifecycle.js';

@Entity('pool')
export class PoolEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'sponsor_id' })
  sponsorId!: string;

  /** the agency that it belongs to; null for an association's pool that none has put out to tender yet */
  @Column('uuid', { name: 'agency_id', nullable: true })
  agencyId!: string | null;

  @Column('text')
  title!: string;

  @Column('text')
  state!: PoolState;

  @Column('integer')
  version!: number;

  @Column('timestamptz', { name: 'joining_ends_at' })
  joiningEndsAt!: Date;

  @Column('timestamptz', { name: 'due_at', nullable: true })
  dueAt!: Date | null;

  @Column('integer', { name: 'critical_mass' })
  criticalMass!: number;

  @Column('integer', { name: 'term_months' })
  termMonths!: number;

  @Column('char', { length: 3 })
  currency!: string;

  @Column('timestamptz', { name: 'opened_at', nullable: true })
  openedAt!: Date | null;

  @Column('text', { name: 'snapshot_hash', nullable: true })
  snapshotHash!: string | null;

  @Column('text', { name: 'snapshot_salt', nullable: true })
  snapshotSalt!: string | null;

  @Column('timestamptz', { name: 'locked_at', nullable: true })
  lockedAt!: Date | null;

  @Column('timestamptz', { name: 'released_at', nullable: true })
  releasedAt!: Date | null;

  @Column('text', { name: 'why_released', nullable: true })
  whyReleased!: string | null;

  @Column('timestamptz', { name: 'cancelled_at', nullable: true })
  cancelledAt!: Date | null;

  @Column('text', { name: 'why_cancelled', nullable: true })
  whyCancelled!: string | null;
}
