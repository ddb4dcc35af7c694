import { IsString } from 'class-validator';
import { Length, PageQuery } from './fields.js';

export class AuditQuery extends PageQuery {
  /** such as pool, tender, award, organisation */
  @IsString({ message: 'must be the type of a subject' })
  @Length(1, 100, { message: 'must be the type of a subject' })
  subjectType!: string;

  /** the subject's id or code */
  @IsString({ message: 'must be the id of a subject' })
  @Length(1, 200, { message: 'must be the id of a subject' })
  subjectId!: string;
}

export class AuditEntryView {
  /** counts the subject's entries, from 1 */
  sequence!: number;
  at!: Date;
  deed!: string;
  /** null for the system, and for visitors */
  personId!: string | null;
  personName!: string;
  organisationId!: string | null;
  /** the network address it was done from */
  address!: string | null;
  requestId!: string | null;
  facts!: object;
  why!: string | null;
  /** SHA-256 over the entry and the hash before */
  hash!: string;
}

export class AuditChainView {
  /** does every entry have its hash, and follow on the one before? A cut-off end does not show. */
  verified!: boolean;
  /** the first entry that does not; null when verified */
  brokenAt!: number | null;
  entries!: number;
}

export class AuditPageView {
  items!: AuditEntryView[];
  /** the cursor of the next page; null at the end */
  next!: string | null;
  chain!: AuditChainView;
}
