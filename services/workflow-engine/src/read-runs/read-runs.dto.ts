import { ApiProperty } from '@nestjs/swagger';
import { IsString, MaxLength, MinLength } from 'class-validator';

/** Which runs to list. */
export class RunsQuery {
  @ApiProperty({ description: 'Order id the runs are about.', maxLength: 128 })
  @IsString()
  @MinLength(1)
  @MaxLength(128)
  businessKey: string;
}
