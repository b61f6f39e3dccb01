import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildServices } from './build-services.ts';
import { checkDiskSpace } from './disk-space.ts';
import { checkPorts } from './ports.ts';
import { planServices, type PlannedServices } from './running-services.ts';
import { serviceTable, urlOf } from './service-table.ts';
import { StackFailure } from './stack-failure.ts';
import type { StackHome } from './stack-home.ts';
import { removeStackState, writeStackState, type Address, type StackState } from './stack-state.ts';
import { startStack, type RunningStack, type StackPart } from './stack.ts';
import { embeddedParts, wantedPorts, type StartOptions } from './start-options.ts';
import { printedSteps } from './steps.ts';
import { Supervisor } from './supervisor.ts';

export type DemoOutcome = 'passed' | 'failed' | 'not run';

/** One run of the whole local stack, from the first check to the orderly stop. */
export class LocalRun {
  private readonly options: StartOptions;
  private readonly home: StackHome;
  private readonly print: (line: string) => void;
  private readonly abort = new AbortController();
  private readonly supervisor: Supervisor;
  private readonly startedAt = new Date().toISOString();
  private stack: RunningStack | undefined;
  private services: PlannedServices | undefined;
  private readyAt: string | undefined;
  private stopping: Promise<void> | undefined;

  constructor(options: StartOptions, home: StackHome, print: (line: string) => void) {
    this.options = options;
    this.home = home;
    this.print = print;
    this.supervisor = new Supervisor({
      report: (line) => print(`  ! ${line}`),
      onChange: () => this.writeState(),
    });
  }

  /** Brings everything up. A failure stops what was started and is thrown on. */
  async start(): Promise<DemoOutcome> {
    try {
      this.writeState();
      return await this.bringUp();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Tells those who wait that all is up; call it when everything that they shall read is printed. */
  markReady(): void {
    this.readyAt = new Date().toISOString();
    this.writeState();
  }

  /** Stops services, then registry and traces, then Kafka, then PostgreSQL. Safe to repeat. */
  async stop(): Promise<void> {
    this.stopping ??= this.stopInOrder();
    await this.stopping;
  }

  /** Ends every program at once, without waiting for an orderly end. */
  async kill(): Promise<void> {
    this.abort.abort();
    this.supervisor.stop();
    const services = Object.values(this.services?.processes ?? {});
    const parts = Object.values(this.stack?.processes ?? {});
    await Promise.all([...services, ...parts].map((each) => each.kill()));
  }

  addresses(): Address[] {
    const { ports } = this.options;
    const services = serviceTable
      .filter(({ name }) => this.options.services.includes(name))
      .flatMap((entry) => entry.ports);
    const shown = services.map(({ name, title, path }) => ({
      name,
      title,
      url: `${urlOf(ports, name)}${path}`,
    }));
    const { stack } = this;
    if (stack === undefined) return shown;
    return [
      ...shown,
      { name: 'zipkin', title: 'Traces', url: stack.zipkinUrl },
      { name: 'kafka', title: 'Kafka', url: stack.kafkaBrokers },
      { name: 'registry', title: 'Schema registry', url: stack.schemaRegistryUrl },
      { name: 'postgres', title: 'PostgreSQL', url: withoutPassword(stack.databaseUrl) },
    ];
  }

  private async bringUp(): Promise<DemoOutcome> {
    const { options, home } = this;
    await checkDiskSpace(home.folders.root);
    await checkPorts(wantedPorts(options));
    const step = printedSteps(this.print);
    const { signal } = this.abort;
    const parts: StackPart[] = embeddedParts(options);
    const { existing, ports } = options;
    const stackOptions = { home, dir: home.folders.root, parts, ports, existing, step, signal };
    const build = step('Build of the services', () => buildServices(options.services));
    const stack = startStack(stackOptions).then((running) => (this.stack = running));
    // Whichever fails first decides, and the other must have ended before anything is stopped.
    build.catch(() => this.abort.abort());
    const [, started] = await Promise.allSettled([build, stack]);
    await build;
    if (started.status === 'rejected') throw started.reason;
    const planned = { stack: started.value, names: options.services, ports, step };
    this.services = await planServices({ ...planned, mayPassOver: this.ownsAllData() });
    signal.throwIfAborted();
    await this.services.start();
    this.watch(started.value);
    this.writeState();
    return await this.runDemo();
  }

  /** A stamp in our data folder vouches only for data that lies in that folder too. */
  private ownsAllData(): boolean {
    const { databaseUrl, kafkaBrokers, schemaRegistryUrl } = this.options.existing;
    return !databaseUrl && !kafkaBrokers && !schemaRegistryUrl;
  }

  private watch(stack: RunningStack): void {
    for (const part of Object.values(stack.processes)) this.supervisor.watch(part);
    for (const service of Object.values(this.services?.processes ?? {})) {
      this.supervisor.watch(service);
    }
  }

  private async runDemo(): Promise<DemoOutcome> {
    const program = fileURLToPath(new URL('demo.ts', import.meta.url));
    const isWhole = this.options.services.length === serviceTable.length;
    if (!this.options.isDemoWanted || !isWhole || !existsSync(program)) return 'not run';
    this.print('\nDemo: five orders through the shop');
    const output = this.options.isJson ? 2 : 1;
    const child = spawn(process.execPath, [program], { stdio: ['ignore', output, 2] });
    const endDemo = (): void => void child.kill('SIGTERM');
    this.abort.signal.addEventListener('abort', endDemo, { once: true });
    const code = await new Promise((resolve) => child.once('close', resolve));
    this.abort.signal.throwIfAborted();
    return code === 0 ? 'passed' : 'failed';
  }

  private async stopInOrder(): Promise<void> {
    this.abort.abort();
    this.supervisor.stop();
    this.writeState();
    await this.services?.stop();
    await this.stack?.stop();
    removeStackState(this.home.folders.run);
    this.home.close();
  }

  /** The state is for those who ask; a disk that cannot take it must not end what runs, nor keep it from stopping. */
  private writeState(): void {
    try {
      writeStackState(this.home.folders.run, this.state());
    } catch (error) {
      this.print(`  ! The state could not be written: ${String(error)}`);
    }
  }

  private state(): Omit<StackState, 'owner'> {
    const programs = this.supervisor.programs.map((program) => {
      const pid = program.process.identity?.pid;
      return {
        name: program.process.name,
        state: program.state,
        ...(pid === undefined ? {} : { pid }),
        startedAt: program.startedAt,
        restarts: program.restarts,
        ...(program.lastExit === undefined ? {} : { lastExit: program.lastExit }),
        log: program.process.plan.logFile,
      };
    });
    const isReady = this.readyAt !== undefined;
    const phase = this.stopping !== undefined ? 'stopping' : isReady ? 'ready' : 'starting';
    return {
      phase,
      startedAt: this.startedAt,
      ...(this.readyAt === undefined ? {} : { readyAt: this.readyAt }),
      addresses: this.addresses(),
      programs,
    };
  }
}

function withoutPassword(databaseUrl: string): string {
  if (!URL.canParse(databaseUrl)) throw badDatabaseUrl();
  const url = new URL(databaseUrl);
  url.password = '';
  return url.href;
}

function badDatabaseUrl(): StackFailure {
  return new StackFailure(
    'invalid-option',
    'DATABASE_URL is not an address. It looks like postgres://user:password@host:5432/database; correct it, then start again.',
  );
}
