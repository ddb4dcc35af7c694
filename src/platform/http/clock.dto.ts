import { IsISO8601 } from 'class-validator';

export class AdvanceClock {
  /** the instant to move to, ISO 8601; an instant that has passed changes nothing */
  @IsISO8601({ strict: true }, { message: 'must be an instant such as 2030-01-31T09:00:00Z' })
  to!: string;
}

export class ClockReading {
  now!: Date;
}
