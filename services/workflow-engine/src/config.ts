import { join } from 'node:path';
import { ServiceSettings, Setting } from '@sluice/config';
import { IsInt, IsString, IsTimeZone, Max, Min } from 'class-validator';

/** Sources and bundle both lie one level below the service's own folder. */
const serviceDir = join(import.meta.dirname, '..');

/** Settings of workflow-engine. */
export class WorkflowEngineSettings extends ServiceSettings {
  @Setting('HTTP_PORT', { doc: 'Port to listen on, 0 for any free one.', default: 4050 })
  @IsInt()
  @Min(0)
  @Max(65_535)
  override httpPort: number = 4050;

  @Setting('FLOWS_DIR', {
    doc: "Folder of the flow documents; empty for the service's own folder flows.",
    default: '',
  })
  @IsString()
  flowsDir: string;

  @Setting('MAPPINGS_DIR', {
    doc: "Folder of the mappings that make arguments; empty for the service's own folder mappings.",
    default: '',
  })
  @IsString()
  mappingsDir: string;

  @Setting('BUSINESS_TIME_ZONE', {
    doc: 'Time zone of the organisation in Zoho, by which dates of documents are written.',
    default: 'UTC',
  })
  @IsTimeZone()
  businessTimeZone: string;

  @Setting('FLOW_TIMER_POLL_MS', {
    doc: 'Pause between two looks for runs whose time is over, 50 ms to 1 min.',
    default: 1_000,
  })
  @IsInt()
  @Min(50)
  @Max(60_000)
  flowTimerPollMs: number;

  @Setting('PENDING_EVENT_RETENTION_DAYS', {
    doc: 'How long an event waits for a run that listens for it, 1 to 400 days.',
    default: 35,
  })
  @IsInt()
  @Min(1)
  @Max(400)
  pendingEventRetentionDays: number;
}

/** Where the documents are. */
export function foldersOf(settings: Pick<WorkflowEngineSettings, 'flowsDir' | 'mappingsDir'>): {
  readonly flowsDir: string;
  readonly mappingsDir: string;
} {
  return {
    flowsDir: settings.flowsDir || join(serviceDir, 'flows'),
    mappingsDir: settings.mappingsDir || join(serviceDir, 'mappings'),
  };
}
