import { join } from 'node:path';
import { ServiceSettings, Setting } from '@sluice/config';
import { IsInt, IsString, Max, Min, MinLength } from 'class-validator';

/** Settings of fraud-router. */
export class FraudRouterSettings extends ServiceSettings {
  @Setting('HTTP_PORT', { doc: 'Port to listen on, 0 for any free one.', default: 4060 })
  @IsInt()
  @Min(0)
  @Max(65_535)
  override httpPort: number = 4060;

  @Setting('RULES_FILE', {
    doc: 'Rule file that scores held payments.',
    default: join(import.meta.dirname, '..', 'rules', 'rules.yaml'),
  })
  @IsString()
  @MinLength(1)
  rulesFile: string;

  @Setting('HISTORY_RETENTION_DAYS', {
    doc: 'Days for which orders and outcomes of payments are remembered, 1 to 3650.',
    default: 400,
  })
  @IsInt()
  @Min(1)
  @Max(3_650)
  historyRetentionDays: number;
}
