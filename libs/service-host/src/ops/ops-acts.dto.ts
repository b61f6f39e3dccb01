import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { ManualVerdict } from '@sluice/effects';
import type { ParkedAct } from '@sluice/messaging';
import type { HeldKeyAct } from '@sluice/outbox';
import { Type } from 'class-transformer';
import {
  IsBase64,
  IsBoolean,
  IsIn,
  IsInt,
  IsISO8601,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
} from 'class-validator';

const sequence = /^-?\d{1,19}$/;
const parkedKinds: readonly ParkedAct['kind'][] = ['retry', 'release', 'edit', 'skip', 'drop'];
const heldKinds: readonly HeldKeyAct['kind'][] = ['release', 'drop-head', 'drop'];
const verdicts: readonly ManualVerdict[] = ['SUCCEEDED', 'ABANDONED', 'RESEND'];

/** Who acts and why; recorded with every act. */
export class NoteBody {
  /** The person who acts. */
  @ApiProperty({ description: 'The person who acts.', minLength: 1, maxLength: 200 })
  @IsString()
  @MinLength(1)
  @MaxLength(200)
  maker: string;

  /** Why, with the ticket or the evidence; no card numbers. */
  @ApiProperty({ description: 'Why, with the ticket or the evidence.', maxLength: 2_000 })
  @IsString()
  @MinLength(1)
  @MaxLength(2_000)
  reason: string;
}

/** An act on a parked key. */
export class ParkedActBody extends NoteBody {
  /** Consumer group. */
  @ApiProperty({ description: 'Consumer group.', example: 'zoho-gateway.perform-command' })
  @IsString()
  @MinLength(1)
  @MaxLength(200)
  consumer: string;

  @ApiProperty({ description: 'The parked key.' })
  @IsString()
  @MinLength(1)
  @MaxLength(1_024)
  key: string;

  /** `retry`, `release`, `edit`, `skip` or `drop`. */
  @ApiProperty({ enum: parkedKinds })
  @IsIn(parkedKinds)
  kind: ParkedAct['kind'];

  /** Sequence of the head, as the list of events shows it; needed by `edit` and `skip`. */
  @ApiPropertyOptional({ description: 'Sequence of the head; needed by edit and skip.' })
  @IsOptional()
  @Matches(sequence)
  seq?: string;

  /** The event's whole new data, as the list of events shows it; `edit` needs it or `valueBase64`. */
  @ApiPropertyOptional({
    description: 'The new data, integers of 64 bits as text; edit needs it or valueBase64.',
    type: 'object',
    additionalProperties: true,
  })
  @IsOptional()
  @IsObject()
  data?: Record<string, unknown>;

  /** The new value in Confluent wire format, for an event whose data cannot be shown. */
  @ApiPropertyOptional({ description: 'The new value in Confluent wire format, in place of data.' })
  @IsOptional()
  @IsBase64()
  @MaxLength(200_000)
  valueBase64?: string;
}

/** Dead letters to give back to the consumer that wrote them. */
export class RedriveBody extends NoteBody {
  /** Consumer group that wrote them. */
  @ApiProperty({ description: 'Consumer group that wrote the dead letters.' })
  @IsString()
  @MinLength(1)
  @MaxLength(200)
  consumer: string;

  /** Topic from which the messages came, without the group and `.dlt`. */
  @ApiProperty({ description: 'Topic from which the messages came.', example: 'payments.v1' })
  @IsString()
  @MinLength(1)
  @MaxLength(249)
  topic: string;

  /** Only this key. */
  @ApiPropertyOptional({ description: 'Only letters of this key.' })
  @IsOptional()
  @IsString()
  @MaxLength(1_024)
  key?: string;

  /** Only this failure. */
  @ApiPropertyOptional({ description: 'Only letters with this failure code.' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  failureCode?: string;

  /** Partition of the dead letter topic; goes with `offset`. */
  @ApiPropertyOptional({ description: 'Partition of the dead letter topic; with offset.' })
  @IsOptional()
  @IsInt()
  @Min(0)
  partition?: number;

  /** Offset in that partition. */
  @ApiPropertyOptional({ description: 'Offset in that partition.' })
  @IsOptional()
  @Matches(/^\d{1,18}$/)
  offset?: string;
}

/** An act on a key that the broker refuses. */
export class HeldActBody extends NoteBody {
  @ApiProperty({ description: 'Topic of the held key.' })
  @IsString()
  @MinLength(1)
  @MaxLength(249)
  topic: string;

  @ApiProperty({ description: 'The held key.' })
  @IsString()
  @MinLength(1)
  @MaxLength(1_024)
  key: string;

  /** `release`, `drop-head` or `drop`. */
  @ApiProperty({ enum: heldKinds })
  @IsIn(heldKinds)
  kind: HeldKeyAct['kind'];

  /** Sequence of the head that the operator saw; needed by `drop-head`. */
  @ApiPropertyOptional({ description: 'Sequence of the head; needed by drop-head.' })
  @IsOptional()
  @Matches(sequence)
  headSeq?: string;
}

/** A replay of kept outbox rows. */
export class ReplayBody extends NoteBody {
  /** First sequence. */
  @ApiPropertyOptional({ description: 'First sequence. This or from is needed.' })
  @IsOptional()
  @Matches(/^\d{1,18}$/)
  fromSeq?: string;

  /** Last sequence. */
  @ApiPropertyOptional({ description: 'Last sequence.' })
  @IsOptional()
  @Matches(/^\d{1,18}$/)
  toSeq?: string;

  /** Appended at this instant or later. */
  @ApiPropertyOptional({ description: 'Appended at this instant or later, ISO 8601.' })
  @IsOptional()
  @IsISO8601({ strict: true })
  from?: string;

  /** Appended before this instant. */
  @ApiPropertyOptional({ description: 'Appended before this instant, ISO 8601.' })
  @IsOptional()
  @IsISO8601({ strict: true })
  to?: string;

  @ApiPropertyOptional({ description: 'Only events of this key.' })
  @IsOptional()
  @IsString()
  @MaxLength(1_024)
  key?: string;

  @ApiPropertyOptional({ description: 'Only events of this type, full name.' })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  type?: string;

  /** Rows of this call. @default 1_000 */
  @ApiPropertyOptional({ description: 'Rows of this call.', default: 1_000, maximum: 10_000 })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(10_000)
  rowsMax?: number;

  /** Rows a second. @default 500 */
  @ApiPropertyOptional({ description: 'Rows a second.', default: 500, maximum: 10_000 })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(10_000)
  ratePerSecond?: number;

  /** Counts and publishes nothing. @default false */
  @ApiPropertyOptional({ description: 'Counts and publishes nothing.', default: false })
  @IsOptional()
  @IsBoolean()
  isDryRun?: boolean;
}

/** The act of one of two people on an effect that waits for people. */
export class ClosingBody extends NoteBody {
  @ApiProperty({ description: 'Key of the effect.' })
  @IsString()
  @MinLength(1)
  @MaxLength(1_024)
  key: string;

  /** It happened, it did not and shall not, or it shall be sent again. */
  @ApiProperty({ enum: verdicts })
  @IsIn(verdicts)
  verdict: ManualVerdict;

  /** What the provider holds; needed for SUCCEEDED. */
  @ApiPropertyOptional({ type: Object, description: 'What the provider holds; for SUCCEEDED.' })
  @IsOptional()
  @IsObject()
  output?: Record<string, unknown>;
}

/** Which events of a parked key to show. */
export class ParkedEventsQuery {
  @IsString()
  @MinLength(1)
  @MaxLength(200)
  consumer: string;

  @IsString()
  @MinLength(1)
  @MaxLength(1_024)
  key: string;

  /** Events at most. @default 20 */
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(100)
  limit: number = 20;
}
