import { spawn, type ChildProcess } from 'node:child_process';

/** One line that an example prints for an event. */
export interface EventLine {
  readonly id: string;
  readonly type: string;
  readonly key: string;
  readonly version: string | null;
  readonly data: Readonly<Record<string, unknown>>;
}

/** How to run an example of the guides. */
export interface ExampleCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly kafkaBrokers: string;
  readonly schemaRegistryUrl: string;
}

/** An example that runs as a program of its own, with what it has printed so far. */
export class ExampleProgram {
  private readonly child: ChildProcess;
  private readonly ended: Promise<number | null>;
  private printed = '';
  private complained = '';

  constructor({ command, args, kafkaBrokers, schemaRegistryUrl }: ExampleCommand) {
    this.child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        KAFKA_BROKERS: kafkaBrokers,
        SCHEMA_REGISTRY_URL: schemaRegistryUrl,
      },
    });
    this.child.stdout?.on('data', (bytes: Buffer) => (this.printed += bytes.toString('utf8')));
    this.child.stderr?.on('data', (bytes: Buffer) => (this.complained += bytes.toString('utf8')));
    this.ended = new Promise((resolve) => {
      this.child.once('close', resolve);
      this.child.once('error', (error) => {
        this.complained += error.message;
        resolve(null);
      });
    });
  }

  /** What it says to people: repeats it has dropped, and why it ended. */
  get complaint(): string {
    return this.complained;
  }

  /** The lines about one key, in the order in which they were printed. */
  linesOf(key: string): readonly EventLine[] {
    const complete = this.printed.slice(0, this.printed.lastIndexOf('\n') + 1);
    return complete
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as EventLine)
      .filter((line) => line.key === key);
  }

  /** The exit code, or undefined while it runs. */
  exitCode(): number | undefined {
    return this.child.exitCode ?? undefined;
  }

  /** Resolves with the exit code when the program ends by itself; null when it could not be started. */
  async end(): Promise<number | null> {
    return await this.ended;
  }

  /** Asks the program to end, as an operator would, and waits until it has. */
  async stop(): Promise<number | null> {
    this.child.kill('SIGTERM');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), 15_000);
    const code = await this.ended;
    clearTimeout(timer);
    return code;
  }
}
