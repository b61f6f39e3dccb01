import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { basename } from 'node:path';

/**
 * The clock of the database in a file that the server reads whenever a statement asks for the time: what it shows is
 * set without a round trip.
 */
export class ServerClock {
  readonly #file: string;
  readonly #descriptor: number;
  #shownMs = -1;

  /** The file stands in the server's data directory. */
  constructor(file: string) {
    this.#file = file;
    this.#descriptor = openSync(file, 'w', 0o644);
  }

  /** Statements that put this clock in the place of the server's own. */
  get functions(): readonly string[] {
    return ['now', 'clock_timestamp'].map(
      (name) => `create function ${name}() returns timestamptz language sql volatile as
        $$ select to_timestamp(pg_read_file('${basename(this.#file)}', 0, 16)::bigint / 1000.0) $$`,
    );
  }

  /** Shows an instant, in whole milliseconds since 1970. */
  show(nowMs: number): void {
    if (nowMs === this.#shownMs) return;
    this.#shownMs = nowMs;
    // Always as long, so that nothing is left of what stood there.
    writeSync(this.#descriptor, String(nowMs).padStart(16, '0'), 0);
  }

  stop(): void {
    closeSync(this.#descriptor);
    rmSync(this.#file, { force: true });
  }
}
