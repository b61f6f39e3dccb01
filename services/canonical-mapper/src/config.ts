import { join } from 'node:path';
import { ServiceSettings, Setting } from '@sluice/config';
import { IsInt, IsString, Max, Min, MinLength } from 'class-validator';

/** Settings of canonical-mapper. */
export class CanonicalMapperSettings extends ServiceSettings {
  @Setting('HTTP_PORT', { doc: 'Port to listen on, 0 for any free one.', default: 4040 })
  @IsInt()
  @Min(0)
  @Max(65_535)
  override httpPort: number = 4040;

  @Setting('MAPPINGS_DIR', {
    doc: 'Folder of the mapping documents; its tables stand in a folder tables below it.',
    default: join(import.meta.dirname, '..', 'mappings'),
  })
  @IsString()
  @MinLength(1)
  mappingsDir: string;
}
