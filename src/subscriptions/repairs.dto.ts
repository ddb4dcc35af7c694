/** What outages and service credits look like from outside. */
import { ApiProperty } from '@nestjs/swagger';
import { IsInstant } from '../platform/http/fields.js';

export class RecordRepair {
  /** when the outage was reported to the provider: its service tier's repair hours count from then */
  @IsInstant()
  reportedAt!: Date;

  /** when the line worked again */
  @IsInstant()
  repairedAt!: Date;
}

export class RepairView {
  id!: string;
  subscriptionId!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  reportedAt!: Date;

  @ApiProperty({ type: String, format: 'date-time' })
  repairedAt!: Date;

  /** hours within which the service tier promises a repair */
  repairHours!: number;

  /** days of the line's monthly price that its member is credited with */
  creditDays!: number;
}

export class ServiceCreditView {
  id!: string;

  @ApiProperty({ enum: ['repair', 'installation'] })
  kind!: string;

  /** days of the line's monthly price */
  days!: number;

  @ApiProperty({ type: String, format: 'date' })
  happenedOn!: string;
  reason!: string;
}

export class ServiceCreditPage {
  @ApiProperty({ type: [ServiceCreditView] })
  items!: readonly ServiceCreditView[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}
