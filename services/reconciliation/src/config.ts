import { ServiceSettings, Setting } from '@sluice/config';
import { IsInt, Max, Min } from 'class-validator';

/** Settings of reconciliation. */
export class ReconciliationSettings extends ServiceSettings {
  @Setting('HTTP_PORT', { doc: 'Port to listen on, 0 for any free one.', default: 4070 })
  @IsInt()
  @Min(0)
  @Max(65_535)
  override httpPort: number = 4070;

  @Setting('MATCH_GRACE_MS', {
    doc: 'How long a settlement line waits for its Books entry before it counts as missing, in ms.',
    default: 5_000,
  })
  @IsInt()
  @Min(0)
  @Max(604_800_000)
  matchGraceMs: number;

  @Setting('MATCH_INTERVAL_MS', {
    doc: 'Pause between two looks at lines that wait, in ms, 100 to 3600000.',
    default: 2_000,
  })
  @IsInt()
  @Min(100)
  @Max(3_600_000)
  matchIntervalMs: number;

  @Setting('GATEWAY_GRACE_HOURS', {
    doc: 'A Books entry counts as missing at the gateway when a report taken so long after it lacks it, 1 to 720.',
    default: 24,
  })
  @IsInt()
  @Min(1)
  @Max(720)
  gatewayGraceHours: number;
}
