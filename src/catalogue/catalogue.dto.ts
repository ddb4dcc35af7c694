import { OmitType, PartialType } from '@nestjs/swagger';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import { IsCode, Length, PageQuery } from '../platform/http/fields.js';
import { MAX_MBPS, MAX_NAME, MAX_REPAIR_HOURS, MAX_STATIC_ADDRESSES } from './rules/catalogue-row.js';

const NAME = { message: `must have 1 to ${MAX_NAME} characters` };
const WHOLE = { message: 'must be a whole number' };
const MBPS = { message: `must be 1 to ${MAX_MBPS} Mbps` };
const HOURS = { message: `must be 1 to ${MAX_REPAIR_HOURS} hours` };
const ADDRESSES = { message: `must be 0 to ${MAX_STATIC_ADDRESSES} addresses` };

export class RegionsQuery extends PageQuery {
  /** only the regions directly under this one */
  @IsOptional()
  @IsCode()
  parent?: string;
}

export class NewRegion {
  /** such as KR-11 (ISO 3166-2 style) */
  @IsCode()
  code!: string;

  /** code of the region above; absent or null at the top */
  @IsOptional()
  @IsCode()
  parent?: string | null;

  @Length(1, MAX_NAME, NAME)
  name!: string;
}

/** What is absent stays as it is; a parent of null moves the region to the top. */
export class EditRegion extends PartialType(OmitType(NewRegion, ['code'] as const)) {}

export class RegionView {
  code!: string;
  /** code of the region above; null at the top */
  parent!: string | null;
  name!: string;
  version!: number;
}

export class RegionPageView {
  items!: RegionView[];
  /** the cursor of the next page; null at the end */
  next!: string | null;
}

export class NewTier {
  /** such as fibre-1000 */
  @IsCode()
  code!: string;

  @Length(1, MAX_NAME, NAME)
  name!: string;

  @IsInt(WHOLE)
  @Min(1, MBPS)
  @Max(MAX_MBPS, MBPS)
  downMbps!: number;

  @IsInt(WHOLE)
  @Min(1, MBPS)
  @Max(MAX_MBPS, MBPS)
  upMbps!: number;

  /** a fault is repaired within so many hours */
  @IsInt(WHOLE)
  @Min(1, HOURS)
  @Max(MAX_REPAIR_HOURS, HOURS)
  repairHours!: number;

  @IsOptional()
  @IsInt(WHOLE)
  @Min(0, ADDRESSES)
  @Max(MAX_STATIC_ADDRESSES, ADDRESSES)
  staticAddresses?: number;
}

/** What is absent stays as it is. */
export class EditTier extends PartialType(OmitType(NewTier, ['code'] as const)) {}

export class TierView {
  code!: string;
  name!: string;
  downMbps!: number;
  upMbps!: number;
  repairHours!: number;
  staticAddresses!: number;
  version!: number;
}

export class TierPageView {
  items!: TierView[];
  /** the cursor of the next page; null at the end */
  next!: string | null;
}

/** What an import did with the rows of the file. */
export class ImportView {
  rows!: number;
  added!: number;
  changed!: number;
  /** rows that say what was known already */
  same!: number;
}
