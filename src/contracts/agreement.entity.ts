import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { AgreementState } from './rules/lifecycle.js';

/** A framework agreement; what it says is in its editions. */
@Entity('framework_agreement')
export class Agreement {
  @PrimaryColumn('uuid')
  id!: string;

  /** order of drafting, from which the number is made */
  @Column('integer')
  sequence!: number;

  @Column('text')
  number!: string;

  @Column('uuid', { name: 'award_id' })
  awardId!: string;

  @Column('uuid', { name: 'tender_id' })
  tenderId!: string;

  @Column('uuid', { name: 'pool_id' })
  poolId!: string;

  @Column('uuid', { name: 'agency_id' })
  agencyId!: string;

  @Column('uuid', { name: 'provider_id' })
  providerId!: string;

  @Column('uuid', { name: 'bid_id' })
  bidId!: string;

  @Column('text')
  state!: AgreementState;

  @Column('integer')
  version!: number;

  /** the present edition */
  @Column('integer')
  edition!: number;

  @Column('text', { name: 'content_hash' })
  contentHash!: string;

  @Column('text', { name: 'pdf_hash' })
  pdfHash!: string;

  @Column('timestamptz', { name: 'issued_at' })
  issuedAt!: Date;

  @Column('text', { name: 'why_returned', nullable: true })
  whyReturned!: string | null;

  @Column('timestamptz', { name: 'signed_at', nullable: true })
  signedAt!: Date | null;

  @Column('text', { name: 'why_fallen', nullable: true })
  whyFallen!: string | null;
}
