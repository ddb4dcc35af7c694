import { Column, Entity, PrimaryColumn, type ValueTransformer } from 'typeorm';
import type { ResultStatus } from '../allocation/rules/problem.js';
import { toJson } from '../kernel/canonical.js';
import type { Minor } from '../kernel/money.js';
import type { AwardCell, ExcludedBid, Winner } from './rules/award.js';
import type { AwardState } from './rules/lifecycle.js';

/** Amounts are integers in JSON and bigints here. */
const winnersColumn: ValueTransformer = {
  to: (winners: readonly Winner[]): unknown => JSON.parse(toJson(winners)),
  from: (stored: readonly (Omit<Winner, 'costMinor'> & { costMinor: number })[]): Winner[] =>
    stored.map((winner) => ({ ...winner, costMinor: BigInt(winner.costMinor) })),
};

@Entity('award')
export class Award {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'tender_id' })
  tenderId!: string;

  @Column('text', { name: 'tender_hash' })
  tenderHash!: string;

  @Column('integer')
  round!: number;

  @Column('text')
  state!: AwardState;

  @Column('integer')
  version!: number;

  /** end of the standstill while it runs */
  @Column('timestamptz', { name: 'due_at', nullable: true })
  dueAt!: Date | null;

  /** the cells to be awarded; null for all demand */
  @Column('jsonb', { nullable: true })
  scope!: readonly AwardCell[] | null;

  @Column('jsonb', { name: 'excluded_bids' })
  excludedBids!: readonly ExcludedBid[];

  /** the longest the evaluation may take */
  @Column('integer')
  seconds!: number;

  @Column('text', { name: 'problem_hash', nullable: true })
  problemHash!: string | null;

  /** what was asked but for lines that joined later; null where none were known */
  @Column('text', { name: 'settled_hash', nullable: true })
  settledHash!: string | null;

  @Column('text', { name: 'solver_status', nullable: true })
  solverStatus!: ResultStatus | null;

  @Column('jsonb', { name: 'allocation', transformer: winnersColumn })
  winners!: readonly Winner[];

  @Column('bigint', { name: 'total_minor', nullable: true })
  totalMinor!: Minor | null;

  @Column('bigint', { name: 'bound_minor', nullable: true })
  boundMinor!: Minor | null;

  @Column('jsonb')
  explanation!: readonly string[];

  @Column('text', { nullable: true })
  reasons!: string | null;

  @Column('text', { name: 'content_hash', nullable: true })
  contentHash!: string | null;

  /** everybody who shaped it; none of them may approve or reject it */
  @Column('uuid', { name: 'prepared_by', array: true })
  preparedBy!: string[];

  @Column('uuid', { name: 'recommended_by', nullable: true })
  recommendedBy!: string | null;

  @Column('text', { name: 'recommended_by_name', nullable: true })
  recommendedByName!: string | null;

  @Column('timestamptz', { name: 'recommended_at', nullable: true })
  recommendedAt!: Date | null;

  @Column('uuid', { name: 'approved_by', nullable: true })
  approvedBy!: string | null;

  @Column('text', { name: 'approved_by_name', nullable: true })
  approvedByName!: string | null;

  /** the agency for which it was approved */
  @Column('uuid', { name: 'approved_for', nullable: true })
  approvedFor!: string | null;

  @Column('timestamptz', { name: 'approved_at', nullable: true })
  approvedAt!: Date | null;

  @Column('text', { name: 'approved_hash', nullable: true })
  approvedHash!: string | null;

  @Column('timestamptz', { name: 'standstill_ends_at', nullable: true })
  standstillEndsAt!: Date | null;

  @Column('text', { name: 'why_rejected', nullable: true })
  whyRejected!: string | null;

  @Column('text', { name: 'why_abandoned', nullable: true })
  whyAbandoned!: string | null;

  /** the award that this one replaces in the evaluation, and why it was evaluated again */
  @Column('uuid', { nullable: true })
  supersedes!: string | null;

  @Column('text', { name: 'why_again', nullable: true })
  whyAgain!: string | null;

  /** the award of which a winner fell out, and its bid */
  @Column('uuid', { name: 'fallen_from', nullable: true })
  fallenFrom!: string | null;

  @Column('uuid', { name: 'fallen_bid', nullable: true })
  fallenBid!: string | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}
