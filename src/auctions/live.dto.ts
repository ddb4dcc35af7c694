/** What auctions look like from outside once their bids are opened. */
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsString, Matches } from 'class-validator';
import { Length } from '../platform/http/fields.js';
import type { Minor } from '../kernel/money.js';
import { AUCTION_FORMATS, type AuctionFormat } from '../tenders/rules/auction-settings.js';
import { BidBody, TariffBody } from './auctions.dto.js';
import { AUCTION_STATES } from './rules/lifecycles.js';

/** Proof that an improvement was taken: an Ed25519 signature over the canonical JSON of the first five members. */
export class ImprovementView {
  auctionId!: string;

  /** the name that the participant has in the events */
  alias!: string;

  /** counts the participant's own improvements, from 1 */
  @ApiProperty({ type: 'integer' })
  revision!: number;

  /** SHA-256 of the canonical JSON of {"salt","tariff"}; the salt is told when the log is published */
  commitment!: string;

  /** by the database's clock */
  @ApiProperty({ format: 'date-time' })
  receivedAt!: string;

  /** Base64 */
  signature!: string;

  /** what the tariff's lines cost over the term, of the lines that providers are shown: improvements are measured by it */
  @ApiProperty({ type: 'integer' })
  evaluatedMinor!: Minor;
}

/** How far down a proxy may go: either a part of every price per tier, or a whole tariff. */
export class ProxyFloorBody {
  @ApiProperty({ enum: ['factor', 'tariff'] })
  kind!: 'factor' | 'tariff';

  /** for `factor`: basis points of the present prices by tier; a tier that is left out stays as it is */
  @ApiPropertyOptional({ type: 'object', additionalProperties: { type: 'integer' } })
  bp?: Record<string, number>;

  /** for `tariff`: nowhere dearer than the present one */
  @ApiPropertyOptional({ type: TariffBody })
  tariff?: TariffBody;
}

/** What a proxy is told. It is kept sealed, and no more of it is ever shown than that there is one. */
export class ProxyBody {
  floor!: ProxyFloorBody;

  /** the lots it shall win; null or left out: any lines at all */
  @ApiPropertyOptional({ type: [String], nullable: true })
  lots?: string[] | null;
}

export class ProxyView {
  auctionId!: string;

  /** counts the instructions */
  @ApiProperty({ type: 'integer' })
  revision!: number;

  @ApiProperty({ format: 'date-time' })
  receivedAt!: string;

  /** SHA-256 of what is kept; null when the proxy was taken back */
  @ApiProperty({ type: String, nullable: true })
  commitment!: string | null;

  @ApiProperty({ type: [String], nullable: true })
  lots!: readonly string[] | null;

  active!: boolean;
}

export class PauseAuction {
  /** the reason, which everybody reads */
  @IsString({ message: 'must say why' })
  @Length(1, 2_000, { message: 'must say why, in at most 2000 characters' })
  @Matches(/\S/, { message: 'must say why' })
  why!: string;
}

export class PauseView {
  auctionId!: string;

  @ApiProperty({ enum: [...AUCTION_STATES] })
  state!: string;

  /** what is left of the phase */
  @ApiProperty({ type: 'integer' })
  remainingMillis!: number;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  endsAt!: string | null;
}

/** An auction as everybody may see it who may see the tender. */
export class LiveAuctionView {
  auctionId!: string;
  tenderId!: string;
  practice!: boolean;

  @ApiProperty({ enum: [...AUCTION_STATES] })
  state!: string;

  @ApiProperty({ enum: AUCTION_FORMATS })
  format!: AuctionFormat;

  /** the clock that all instants are measured by */
  now!: Date;

  /** when it begins, as long as it has not */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  beginsAt!: Date | null;

  /** the end of the auction, of the turn or of the rest */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  endsAt!: Date | null;

  /** of all extensions */
  @ApiProperty({ type: 'integer' })
  extendedMillis!: number;

  /** of a paused auction */
  @ApiProperty({ type: 'integer', nullable: true })
  remainingMillis!: number | null;

  @ApiProperty({ type: 'integer', nullable: true })
  round!: number | null;

  @ApiProperty({ type: 'integer', nullable: true })
  turn!: number | null;

  /** whether it is the caller's own turn, in an auction in rounds; null otherwise */
  @ApiProperty({ type: Boolean, nullable: true })
  ownTurn!: boolean | null;

  @ApiProperty({ type: 'integer' })
  bidders!: number;

  /** all improvements so far */
  @ApiProperty({ type: 'integer' })
  improvements!: number;

  /** of the last standing, where the tender lets everybody know it, and after the end */
  @ApiProperty({ type: 'integer', nullable: true })
  totalMinor!: Minor | null;

  /** the last event */
  @ApiProperty({ type: 'integer' })
  sequence!: number;

  /** basis points of the own evaluated cost */
  @ApiProperty({ type: 'integer' })
  minimumStepBp!: number;
}

/** What is provisionally won of a lot. */
export class WonLotView {
  lot!: string;

  /** null where counts may not be told while others bid */
  @ApiProperty({ type: 'integer', nullable: true })
  lines!: number | null;
}

/** How far the own tariff is from winning a lot, or a tier of it, that it does not win. */
export class GapView {
  lot!: string;

  @ApiProperty({ type: String, nullable: true })
  tier!: string | null;

  /** by how much the own cost of these lines over the term must fall; null where counts may not be told, or unknown */
  @ApiProperty({ type: 'integer', nullable: true })
  gapMinor!: Minor | null;

  /** the same as a part of the own evaluated cost in basis points, rounded up; whole percent where counts may not be told */
  @ApiProperty({ type: 'integer', nullable: true })
  gapBp!: number | null;

  /** false: the gap is at most as given */
  proved!: boolean;
}

/** A participant's own standing. */
export class OwnStandingView {
  auctionId!: string;
  alias!: string;
  now!: Date;

  @ApiProperty({ type: 'integer' })
  revision!: number;

  /** of the main tariff, where there are alternatives */
  @ApiProperty({ type: 'integer' })
  evaluatedMinor!: Minor;

  @ApiProperty({ type: BidBody })
  tariff!: object;

  /** the event of the standing; null while the first one is reckoned */
  @ApiProperty({ type: 'integer', nullable: true })
  standing!: number | null;

  /** whether it takes in the latest own tariff */
  upToDate!: boolean;

  /** by evaluated cost, 1 is best */
  @ApiProperty({ type: 'integer', nullable: true })
  rank!: number | null;

  /** the label of the alternative that wins; null when the main tariff does, or none */
  @ApiProperty({ type: String, nullable: true })
  alternative!: string | null;

  @ApiProperty({ type: [WonLotView] })
  won!: WonLotView[];

  /** null until they are found */
  @ApiProperty({ type: [GapView], nullable: true })
  gaps!: GapView[] | null;

  proxy!: boolean;
}

/** A participant's standing as the agency sees it. */
export class StandingView {
  alias!: string;

  @ApiProperty({ type: String, nullable: true })
  providerId!: string | null;

  name!: string;

  @ApiProperty({ type: 'integer' })
  revision!: number;

  /** of the main tariff, where there are alternatives */
  @ApiProperty({ type: 'integer' })
  evaluatedMinor!: Minor;

  @ApiProperty({ type: 'integer', nullable: true })
  rank!: number | null;

  /** the label of the alternative that wins; null when the main tariff does, or none */
  @ApiProperty({ type: String, nullable: true })
  alternative!: string | null;

  @ApiProperty({ type: 'integer' })
  lines!: number;

  @ApiProperty({ type: 'integer' })
  costMinor!: Minor;

  /** lines by lot and tier */
  @ApiProperty({ type: 'object', additionalProperties: { type: 'object', additionalProperties: { type: 'integer' } } })
  lots!: Readonly<Record<string, Readonly<Record<string, number>>>>;

  proxy!: boolean;
}

export class StandingsView {
  auctionId!: string;
  now!: Date;

  @ApiProperty({ type: 'integer', nullable: true })
  standing!: number | null;

  @ApiProperty({ type: String, nullable: true })
  status!: string | null;

  @ApiProperty({ type: 'integer', nullable: true })
  totalMinor!: Minor | null;

  @ApiProperty({ type: 'integer', nullable: true })
  boundMinor!: Minor | null;

  /** whether something recorded is not counted yet, or a proxy may still answer what is */
  reckoning!: boolean;

  /** the best rank first; without a standing by alias */
  @ApiProperty({ type: [StandingView] })
  items!: readonly StandingView[];

  /** give this as `cursor` to continue; null at the end */
  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}
