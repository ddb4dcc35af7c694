import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('service_tier')
export class ServiceTierRow {
  @PrimaryColumn('text')
  code!: string;

  @Column('text')
  name!: string;

  @Column('integer', { name: 'down_mbps' })
  downMbps!: number;

  @Column('integer', { name: 'up_mbps' })
  upMbps!: number;

  @Column('integer', { name: 'repair_hours' })
  repairHours!: number;

  @Column('integer', { name: 'static_addresses' })
  staticAddresses!: number;

  @Column('integer')
  version!: number;
}
