import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('region')
export class RegionRow {
  @PrimaryColumn('text')
  code!: string;

  @Column('text', { name: 'parent_code', nullable: true })
  parentCode!: string | null;

  @Column('text')
  name!: string;

  @Column('integer')
  version!: number;
}
